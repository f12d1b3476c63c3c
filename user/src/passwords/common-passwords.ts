import { joined, plain, unleeted } from './letters-of.ts';
import { longPasswords } from './long-passwords.ts';
import { isWalk } from './keyboard-walk.ts';

/** Padding that is guessed together with the word before or after it: a few signs and digits, a year. */
const PADDING_AFTER = /(?:[^a-z]{1,4}|(?:19|20)\d\d[^a-z0-9]{1,2})$/;
const PADDING_BEFORE = /^[^a-z]{1,4}/;
/** Characters whose repetition is trivial: `aaaaaaaaaaaa`, `121212121212`. No list has all of them. */
const TRIVIAL = 3;
/** Most frequent passwords of which any two together are refused: a million pairs. */
const PAIRED = 1000;

interface Known {
  readonly all: ReadonlySet<string>;
  /** those that a pair is made of; in a pair, those of fewer than 4 characters do not count: they are parts of ordinary words */
  readonly paired: ReadonlySet<string>;
  /** characters of the longest of these */
  readonly longestPaired: number;
}

let known: Promise<Known> | undefined;

/**
 * True when a password is among the first that are guessed: one of some 59,000 that occur most often in stolen lists, one
 * of them or a few characters repeated, two of the most frequent together, one with a few digits and signs around it, or a
 * walk over the keyboard. In upper or lower case, with signs for letters, with separators.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  known ??= load();
  const common = await known;
  const text = plain(password);
  const forms = new Set([text, ...unleeted(text), joined(text)]);
  return [...forms].some((form) => isWalk(form) || partsOf(form).some((part) => isCommon(part, common)));
}

/** The text, with and without its padding. */
function partsOf(text: string): readonly string[] {
  const before = text.replace(PADDING_BEFORE, '');
  return [text, before, text.replace(PADDING_AFTER, ''), before.replace(PADDING_AFTER, '')];
}

function isCommon(text: string, { all, paired, longestPaired }: Known): boolean {
  const part = repeatedPart(text);
  if (part.length <= TRIVIAL || all.has(part) || all.has(text)) return true;
  if (part.length > 2 * longestPaired) return false;
  for (let at = 4; at <= part.length - 4; at += 1) if (paired.has(part.slice(0, at)) && paired.has(part.slice(at))) return true;
  return false;
}

/** Loads the lists when somebody first chooses a password: they take 6 MB. */
async function load(): Promise<Known> {
  const [{ dictionary }, long] = await Promise.all([import('@zxcvbn-ts/language-common'), longPasswords()]);
  const short = dictionary['passwords-common'];
  const paired = short.slice(0, PAIRED);
  return { all: new Set([...short, ...long]), paired: new Set(paired), longestPaired: Math.max(...paired.map(({ length }) => length)) };
}

/** `abcabc` -> `abc`; a text without repetition is its own part. */
function repeatedPart(text: string): string {
  return text.slice(0, (text + text).indexOf(text, 1));
}
