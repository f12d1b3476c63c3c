import { BlockList, isIP } from 'node:net';
import { type RateDecision, rateLimit } from '../limits/rate-limit.ts';
import { PROBES } from './probes.ts';
import { problem, type Problem } from '../problems/problem.ts';
import type { Principal } from '../sign-in/principal.ts';

/** Default limits, in requests a minute. */
export const USER_LIMIT = 1200;
export const ADDRESS_LIMIT = 1200;

/** Settings of a service's edge (limits, proxies, CORS, HSTS, operators' port), part of `serviceConfig`. An absent one is off. */
export interface EdgeOptions {
  readonly rateLimit?: 'on' | 'off';
  /** Requests a minute. */
  readonly userLimit?: number;
  readonly addressLimit?: number;
  readonly trustedProxies?: readonly string[];
  readonly corsOrigins?: readonly string[];
  readonly hstsS?: number;
  /** See `listen.ts`. */
  readonly opsPort?: number | undefined;
  readonly opsHost?: string;
  /** See `security-events.ts`. */
  readonly securityLogKey?: string | undefined;
}

export interface Edge {
  readonly cors: Cors;
  readonly hstsS: number;
  clientAddress(connection: string, forwardedFor: string | null): string;
  /**
   * Counts a request against the user if the token is known to be valid, else against the address: so an office behind one
   * address is not one caller, and a forged token gains nothing. undefined: nothing is counted.
   */
  count(principal: Principal | undefined, address: () => string): RateDecision | undefined;
}

export function edgeOf(options: EdgeOptions): Edge {
  const { userLimit = USER_LIMIT, addressLimit = ADDRESS_LIMIT, trustedProxies = [], corsOrigins = [], hstsS = 0 } = options;
  const isCounting = options.rateLimit === 'on';
  const ofUser = rateLimit({ name: 'user', perMinute: userLimit });
  const ofAddress = rateLimit({ name: 'address', perMinute: addressLimit });
  return {
    cors: cors(corsOrigins),
    hstsS,
    clientAddress: clientAddresses(trustedProxies),
    count(principal, address) {
      if (!isCounting) return undefined;
      return principal === undefined ? ofAddress(address()) : ofUser(principal.userId);
    },
  };
}

/** The port a request came through. `every`: the service has only one; otherwise `ops` for operators and `public` for everybody else. */
export type Door = 'every' | 'public' | 'ops';

/** Refuses, with 404, a path that is not on this port. `/livez` and `/readyz` are on all ports. */
export function notBehind(door: Door, path: string): Problem | undefined {
  if (door === 'every') return undefined;
  const isOps = path.startsWith('/ops/') || path === '/ops' || path === '/metrics' || path === '/metrics/';
  if (door === 'public') return isOps ? notHere('This path is not on this port: GET /openapi.json names what is there.') : undefined;
  return isOps || PROBES.has(path) ? undefined : notHere('Nothing but /metrics, /ops, /livez and /readyz is on this port.');
}

function notHere(detail: string): Problem {
  return problem('not-found', { detail });
}

/** Maximum number of proxies that are looked through. */
const HOPS_LIMIT = 10;
const MAPPED = '::ffff:';

/** An entry of `TRUSTED_PROXIES`: an address, or a network such as `10.0.0.0/8`. */
export const networkForm = { test: isNetwork };

/**
 * The address that a request is counted for: that of its connection or, if it is a trusted proxy's, the last one in
 * X-Forwarded-For that is not. An IPv6 address counts as its /64, because that is what one household is given.
 */
export function clientAddresses(
  trustedProxies: readonly string[],
): (connection: string, forwardedFor: string | null) => string {
  const trusted = new BlockList();
  for (const network of trustedProxies) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return (connection, forwardedFor) => {
    let client = unmapped(connection);
    if (forwardedFor === null || trustedProxies.length === 0) return household(client);
    for (const hop of forwardedFor.split(',').slice(-HOPS_LIMIT).toReversed()) {
      const before = unmapped(hop.trim());
      if (!isTrusted(client) || isIP(before) === 0) break;
      client = before;
    }
    return household(client);
  };
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  const length = bits === undefined || /^\d{1,3}$/.test(bits) ? Number(bits ?? 0) : Number.POSITIVE_INFINITY;
  return rest.length === 0 && length <= longest;
}

/** A dual-stack socket shows IPv4 as `::ffff:192.0.2.1`. */
function unmapped(address: string): string {
  return address.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
}

function household(address: string): string {
  if (!address.includes(':')) return address;
  const [left = '', right] = address.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':').toLowerCase()}::/64`;
}

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range, Traceparent, X-Request-Id';
const ANSWER_HEADERS =
  'Accept-Ranges, Content-Range, ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';
/** Seconds for which a browser may remember the answer to a preflight request. */
const MAX_AGE_S = 600;

/** An entry of `CORS_ORIGINS`: an origin as browsers write it, so never `*`, never with a path. */
export const originForm = { test: (text: string) => URL.parse(text)?.origin === text && /^https?:/.test(text) };

export interface Cors {
  /** The answer to a CORS preflight request; undefined when the request is not one, or its origin is not listed. */
  preflight(request: Request): Response | undefined;
  /** Tells the browser that a page of a listed origin may read this answer. */
  admit(request: Request, headers: Headers): void;
}

/** Access by browser pages of other origins: only listed ones, and never with cookies, because tokens come in a header. */
export function cors(origins: readonly string[]): Cors {
  const listed: ReadonlySet<string> = new Set(origins);
  const isListed = (origin: string | null): origin is string => origin !== null && listed.has(origin);
  return {
    preflight({ method, headers }) {
      if (method !== 'OPTIONS' || !headers.has('access-control-request-method')) return undefined;
      if (!isListed(headers.get('origin'))) return undefined;
      return new Response(null, {
        status: 204,
        headers: {
          'access-control-allow-methods': METHODS,
          'access-control-allow-headers': REQUEST_HEADERS,
          'access-control-max-age': String(MAX_AGE_S),
        },
      });
    },
    admit(request, headers) {
      if (listed.size === 0) return;
      headers.append('vary', 'Origin');
      const origin = request.headers.get('origin');
      if (!isListed(origin)) return;
      headers.set('access-control-allow-origin', origin);
      headers.set('access-control-expose-headers', ANSWER_HEADERS);
    },
  };
}

/** None of our answers is a page that may load anything, frame or be framed; `GET /docs` has a policy of its own. */
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface AnswerKind {
  /** The request changed something, or the caller was signed in. */
  readonly isPrivate: boolean;
  /** Seconds; 0: left to the proxy that ends TLS in front of us. */
  readonly hstsS: number;
}

/** Sets the security headers of every answer. A policy or cache rule that the route has set stays. */
export function secure(headers: Headers, { isPrivate, hstsS }: AnswerKind): void {
  headers.set('x-content-type-options', 'nosniff');
  headers.set('referrer-policy', 'no-referrer');
  headers.set('x-frame-options', 'DENY');
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', POLICY);
  if (!headers.has('cache-control')) headers.set('cache-control', isPrivate ? 'no-store' : 'no-cache');
  if (hstsS > 0) headers.set('strict-transport-security', `max-age=${hstsS}`);
}
