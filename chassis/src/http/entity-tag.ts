import { problem } from './problem.ts';

/** The tag of a resource at a version: strong, because the version changes with every change. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/**
 * A read sets `set.headers.etag = entityTag(version)` and answers as always: when the caller has that version already,
 * the app makes it a 304. Weak comparison (RFC 9110, 13.1.2).
 */
export function isUnchanged(request: Request, response: Response): boolean {
  if (response.status !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) return false;
  const known = request.headers.get('if-none-match');
  const tag = known === null ? null : response.headers.get('etag');
  return known !== null && tag !== null && names(known, tag, true);
}

/**
 * For changes: throws the 428 problem without If-Match and the 412 problem when it names another version. `*` fits any.
 * Call it once the thing itself has been found, so that what is not there is 404.
 */
export function requireIfMatch(request: Request, version: number): void {
  const header = request.headers.get('if-match');
  if (header === null) throw problem('precondition-required', { detail: 'Send If-Match with the ETag that you have read, or * for any version.' });
  if (!names(header, entityTag(version), false)) {
    const etag = entityTag(version);
    throw problem('precondition-failed', {
      detail: `The version is ${etag} by now and not the one of If-Match: read it again, then decide anew.`,
      headers: { etag },
    });
  }
}

/** Our tags hold digits only, so a comma never stands inside one of them. */
function names(header: string, tag: string, weak: boolean): boolean {
  return header.split(',').some((part) => {
    const named = part.trim();
    return named === '*' || named === tag || (weak && named === `W/${tag}`);
  });
}
