const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range, Traceparent, X-Request-Id';
const ANSWER_HEADERS =
  'Accept-Ranges, Content-Range, ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id';
/** How long a browser need not ask again. */
const MAX_AGE_S = 600;

/** What `CORS_ORIGINS` may name: an origin as browsers write it, so never `*`, never with a path. */
export const originForm = { test: (text: string) => URL.parse(text)?.origin === text && /^https?:/.test(text) };

export interface Cors {
  /** The answer to a browser's question whether its page may ask; undefined when this is none, or nobody is let in. */
  preflight(request: Request): Response | undefined;
  /** Tells the browser that the page may read this answer. */
  admit(request: Request, headers: Headers): void;
}

/** Browser pages of other origins: only those listed, and never with cookies, because tokens come in a header. */
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
