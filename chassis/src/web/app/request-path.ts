const SCHEME = 'http://';

/**
 * The request with an absolute `http` URL, as all later code reads it. Bun gives the target alone if the Host header is
 * missing, empty or not a host.
 */
export function withAbsoluteUrl(request: Request): Request {
  const { url } = request;
  if (url.startsWith(SCHEME)) return request;
  return new Request(`${SCHEME}souk${url.startsWith('/') ? url : pathAndQuery(url)}`, request);
}

function pathAndQuery(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The path of an absolute `http` URL, without parsing all of it. Elysia finds it in the same way (`standardHostname: false`). */
export function pathOf(url: string): string {
  const start = url.indexOf('/', SCHEME.length);
  const end = url.indexOf('?', start);
  return end === -1 ? url.slice(start) : url.slice(start, end);
}
