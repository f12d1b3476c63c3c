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
