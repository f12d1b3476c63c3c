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
