import { problem } from './problem.ts';

/** The tag of a resource at a version: strong, because the version changes with every change. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/** GET with If-None-Match: true when the caller has this version already and 304 is the answer. Weak comparison (RFC 9110, 13.1.2). */
export function isUnchanged(request: Request, version: number): boolean {
  const header = request.headers.get('if-none-match');
  return header !== null && names(header, entityTag(version), true);
}

export function notModified(version: number): Response {
  return new Response(null, { status: 304, headers: { etag: entityTag(version) } });
}

/**
 * For changes: throws the 428 problem without If-Match and the 412 problem when it names another version. `*` fits any.
 * Call it once the thing itself has been found, so that what is not there is 404.
 */
export function requireIfMatch(request: Request, version: number): void {
  const header = request.headers.get('if-match');
  if (header === null) throw problem('precondition-required');
  if (!names(header, entityTag(version), false)) {
    throw problem('precondition-failed', { headers: { etag: entityTag(version) } });
  }
}

/** Our tags hold digits only, so a comma never stands inside one of them. */
function names(header: string, tag: string, weak: boolean): boolean {
  return header.split(',').some((part) => {
    const named = part.trim();
    return named === '*' || named === tag || (weak && named === `W/${tag}`);
  });
}
