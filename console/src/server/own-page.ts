import { factsOf } from '@souk/chassis/web/app/request-facts';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';

export type Mode = 'write' | 'read-only';

export interface OwnPage {
  /** Throws the 403 problem when a page of another origin asks. */
  requireOwn(request: Request): void;
  /** The same for what changes something: it must be proven that our own page asks, by two things that no other page can make a browser send. */
  requireOwnChange(request: Request): void;
}

export interface OwnPageOptions {
  /** The origins under which browsers know the console; none: whatever the Host header says. */
  readonly origins: readonly string[];
  /** Hosts it may be called by; undefined: any. Protects a console without a name from a foreign name that leads to its address. */
  readonly hosts: () => readonly string[] | undefined;
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

export function isChange({ method }: Request): boolean {
  return !READS.has(method);
}

/** The check that a request comes from the console's own pages. Cookies go along with requests of other ports of the same host as well. */
export function ownPage({ origins, hosts }: OwnPageOptions): OwnPage {
  function isOwnOrigin(request: Request, said: string): boolean {
    if (origins.length > 0) return origins.includes(said);
    const url = URL.parse(said);
    return url !== null && url.origin === said && /^https?:$/.test(url.protocol) && url.host === hostOf(request);
  }

  function requireOwn(request: Request): void {
    const { headers } = request;
    const allowed = hosts();
    if (allowed !== undefined && !allowed.includes(hostOf(request))) throw foreign('Open the console at the address that it was started with.');
    const site = headers.get('sec-fetch-site');
    const said = headers.get('origin');
    const isForeign = site !== null && site !== 'same-origin' && (site !== 'none' || isChange(request));
    if (isForeign || (said !== null && !isOwnOrigin(request, said))) throw foreign(`Another page asked for this (${said ?? site}): use the console's own.`);
  }

  return {
    requireOwn,
    requireOwnChange(request) {
      requireOwn(request);
      const { headers } = request;
      if (headers.get('x-souk-console') !== '1') throw foreign('A change needs the header X-Souk-Console: 1.');
      if (headers.get('origin') === null && headers.get('sec-fetch-site') === null) throw foreign('A change needs the header Origin.');
    },
  };
}

/** As in a URL, without a default port. */
function hostOf({ headers }: Request): string {
  return URL.parse(`http://${headers.get('host') ?? ''}`)?.host ?? '';
}

function foreign(detail: string): Problem {
  return problem('console-cross-origin', { detail });
}

export function readOnly(): Problem {
  return problem('console-read-only', { detail: 'This console was started to look only: ask whoever runs it for one that may change things.' });
}

/** True when the browser talks to us, or to the proxy before us, by TLS: it says so itself with every change. */
export function isByTls(request: Request): boolean {
  return request.headers.get('origin')?.startsWith('https:') === true;
}

export const COOKIE = 'souk_console';
/** 43 characters of base64url are 256 bits. */
const SECRET = /^[\w-]{43}$/;

/** Cookies of our name that are looked at. Other ports of the host can set some too, and a browser may send those first. */
const SECRETS_LIMIT = 4;

/** The secrets of sessions that the request names; those of another form are left out. */
export function secretsIn({ headers }: Request): readonly string[] {
  const named = (headers.get('cookie') ?? '').split(';').flatMap((part) => {
    const [name, value] = part.trim().split('=', 2);
    return name === COOKIE && value !== undefined && SECRET.test(value) ? [value] : [];
  });
  return named.slice(0, SECRETS_LIMIT);
}

export function cookieOf(secret: string, secure: boolean): string {
  return `${COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

export function noCookie(secure: boolean): string {
  return `${cookieOf('', secure)}; Max-Age=0`;
}

/** The address to pass on as X-Forwarded-For: what came, with the address of the connection behind it. */
export function forwardedFor(request: Request): string | undefined {
  const connection = factsOf(request).connectionOf?.();
  const before = request.headers.get('x-forwarded-for');
  const all = [before, connection].filter((one) => one !== null && one !== undefined && one !== '');
  return all.length === 0 ? undefined : all.join(', ').slice(-FORWARDED_LIMIT);
}

/** Characters: ten addresses, which is as far as the services look. */
const FORWARDED_LIMIT = 500;
