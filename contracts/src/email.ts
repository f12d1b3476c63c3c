import { domainToASCII } from 'node:url';

/** Maximum octets of an address, and of its local part (RFC 5321, 4.5.3.1). */
const LONGEST = 254;
const LONGEST_LOCAL = 64;
/** The longest text that is accepted: it may have spaces around it, and letters that normalisation changes. */
export const LONGEST_SENT = 320;

/** A dot-atom of RFC 5321: nothing quoted, no dot at an end, no two in a row. */
const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** A domain whose top level begins with a letter, which excludes IP addresses. */
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`);
/**
 * Letters, digits, marks and joiners of any script, hyphens, and the dots of IDNA. `domainToASCII` reads its argument as a URL's host: without this
 * check it would take `x.org/` for `x.org` and `%61` for `a`.
 */
const NAME = /^(?:[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]|\u200c|\u200d)+$/u;

/**
 * The one form in which an address is stored, compared and kept unique. Spaces around it are removed, Unicode that looks the same is made the same,
 * and the whole address is lower case, its local part too: RFC 5321 lets a host distinguish `Ada@` from `ada@`, but none in use does, and two users
 * who differ in nothing else could not be told apart. An international domain is written in ASCII (IDNA). A text that is no address is returned as
 * well; it matches nobody.
 */
export function normalisedEmail(address: string): string {
  const { local, domain } = partsOf(address);
  return `${local}${asciiOf(domain) || domain}`;
}

/** True when mail can be sent there, judging by its form. */
export function isEmailAddress(text: string): boolean {
  const parts = partsOf(text);
  const local = parts.local.slice(0, -1);
  const domain = asciiOf(parts.domain);
  if (local.length > LONGEST_LOCAL || parts.local.length + domain.length > LONGEST) return false;
  return LOCAL.test(local) && DOMAIN.test(domain);
}

/** The local part with its @; without an @ the whole text counts as the domain. */
function partsOf(address: string): { readonly local: string; readonly domain: string } {
  // Normalisation makes some marks a space with a mark, so spaces go last; some letters have an accented form in lower case only.
  const plain = address.normalize('NFKC').toLowerCase().normalize('NFKC').trim();
  const at = plain.lastIndexOf('@') + 1;
  return { local: plain.slice(0, at), domain: plain.slice(at) };
}

/** The domain in ASCII; empty: the text cannot be a domain. */
function asciiOf(domain: string): string {
  return NAME.test(domain) ? domainToASCII(domain) : '';
}
