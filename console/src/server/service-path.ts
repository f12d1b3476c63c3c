/** Letters, digits, marks and escapes of a path segment (RFC 3986, `pchar`). */
const SEGMENT = /^(?:[\w.~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+$/;
/** Characters that must not come out of an escape: separators, and those that no path of ours has. */
// oxlint-disable-next-line no-control-regex
const HIDDEN = /[/\\\u0000-\u001f\u007f]/;
/** Characters. A key of 255 has up to nine for each, once it is percent-encoded. */
const LONGEST = 4000;

/**
 * A path below `/api/<service>` as the service is asked for it; undefined when it could be read in two ways: dots that climb, empty segments,
 * separators behind escapes, text that is not UTF-8.
 */
export function servicePath(path: string): string | undefined {
  if (!path.startsWith('/') || path.length > LONGEST) return undefined;
  return path.slice(1).split('/').every(isPlain) ? path : undefined;
}

function isPlain(segment: string): boolean {
  if (!SEGMENT.test(segment)) return false;
  const text = decoded(segment);
  return text !== undefined && text !== '.' && text !== '..' && !HIDDEN.test(text) && !ENCODED_AGAIN.test(text);
}

/** An escape of an escape would be a separator for whoever decodes twice. */
const ENCODED_AGAIN = /%(?:2e|2f|5c|25)/i;

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The address of a path at a service; `base` may have a path of its own, behind which the service lies. */
export function serviceUrl(base: string, path: string, search = ''): URL {
  const url = new URL(base);
  const before = url.pathname.replace(/\/+$/, '');
  url.pathname = `${before}${path}`;
  url.search = search;
  url.hash = '';
  if (url.pathname !== `${before}${path}`) throw new Error(`${path} would be asked for as ${url.pathname}`);
  return url;
}
