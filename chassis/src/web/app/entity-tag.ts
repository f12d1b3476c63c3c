import { problem } from '../problems/problem.ts';

/** The tag of a resource at a version: strong, because every change changes the version. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/**
 * True when the caller already has this version, and the app answers 304. A read sets `set.headers.etag = entityTag(version)`
 * and answers as always. Weak comparison (RFC 9110, 13.1.2).
 */
export function isUnchanged(request: Request, response: Response): boolean {
  if (response.status !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  const known = request.headers.get('if-none-match');
  const tag = known === null ? null : response.headers.get('etag');
  return known !== null && tag !== null && names(known, tag, true);
}

/**
 * For changes: throws the 428 problem without If-Match and the 412 problem when it names another version. `*` matches any. Call
 * it once the resource has been found, so that a missing one is 404.
 */
export function requireIfMatch(request: Request, version: number): void {
  if (!request.headers.has('if-match')) {
    throw problem('precondition-required', { detail: 'Send If-Match with the ETag that you have read, or * for any version.' });
  }
  obeyIfMatch(request, entityTag(version));
}

/** For changes that do not require If-Match: throws the 412 problem for an If-Match that does not name this tag. */
export function obeyIfMatch({ headers }: Request, tag: string): void {
  const header = headers.get('if-match');
  if (header === null || names(header, tag, false)) return;
  const detail = isReadable(header)
    ? `The tag is ${tag} by now, and If-Match does not name it: read it again, then decide anew.`
    : `If-Match cannot be read: send the ETag as it came, in its quotes, such as ${tag}, or *.`;
  throw problem('precondition-failed', { detail, headers: { etag: tag } });
}

/** Makes the check by which a use case compares a version with the request's If-Match. */
export function obeyingIfMatch(request: Request): (version: number) => void {
  return (version) => obeyIfMatch(request, entityTag(version));
}

const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/;
const TAGS = new RegExp(`^[ \\t,]*${TAG.source}(?:[ \\t]*,[ \\t,]*${TAG.source})*[ \\t,]*$`);

function isReadable(header: string): boolean {
  return header.trim() === '*' || TAGS.test(header);
}

/** True when the header names this tag; a header that is not a list of tags (RFC 9110, 8.8.3) names none. */
function names(header: string, tag: string, weak: boolean): boolean {
  if (header.trim() === '*') return true;
  if (!TAGS.test(header)) return false;
  return [...header.matchAll(new RegExp(TAG, 'g'))].some(([named]) => named === tag || (weak && named === `W/${tag}`));
}
