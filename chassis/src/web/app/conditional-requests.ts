import { isPlainObject } from '../json-values.ts';
import { answerWith } from './long-answers.ts';
import { type Problem, problem } from '../problems/problem.ts';
import { factsOf } from './request-facts.ts';
import type { StoredAnswer } from '../../stored-answer.ts';

/** The data by which the writer gives a repeated request its first answer again. */
export interface Idempotency {
  /** the user's id */
  readonly owner: string;
  /** user and route: two users, or two routes, never share a key */
  readonly scope: string;
  readonly key: string;
  /** SHA-256 of path parameters and body; a different one under the same key is a different request */
  readonly fingerprint: string;
}

const KEY = /^[\x21-\x7e]{1,200}$/;

/** undefined: there is no key. Throws the 400 problem for a key that is not valid. */
export function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key');
  if (key === null) return undefined;
  if (!KEY.test(key)) throw problem('idempotency-key-invalid', { detail: `The key ${faultOf(key)}: send another one.` });
  return key;
}

function faultOf(key: string): string {
  if (key === '') return 'is empty';
  return key.length > 200 ? `has ${key.length} characters` : 'has characters besides the visible ones of ASCII';
}

export function keyMissing(): Problem {
  return problem('idempotency-key-missing', {
    detail: 'Send an Idempotency-Key of your own with it, so that it can be sent again without being done twice.',
  });
}

/** undefined without a key or without a signed-in user. */
export function idempotencyOf(
  request: Request,
  params: Readonly<Record<string, unknown>>,
  body: unknown,
): Idempotency | undefined {
  const { principal, route } = factsOf(request);
  const key = readIdempotencyKey(request);
  if (key === undefined || principal === null || principal === undefined) return undefined;
  return {
    owner: principal.userId,
    scope: `${principal.userId} ${request.method} ${route}`,
    key,
    fingerprint: Bun.SHA256.hash(JSON.stringify(canonical([params, body])), 'base64url'),
  };
}

/** The same JSON for the same value, whatever the order of its fields. Nesting is bounded by the body reader. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isPlainObject(value)) return value;
  const members: unknown[] = [];
  for (const name of Object.keys(value).toSorted()) members.push(name, canonical(value[name]));
  return { members };
}

/** A JSON answer in a form that can be stored and given again, byte for byte. */
export function storedAnswer(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): StoredAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function answerResponse({ status, headers, body }: StoredAnswer, request: Request, replayed = false): Response {
  return answerWith(request, body, { status, headers: replayed ? { ...headers, 'idempotency-replayed': 'true' } : headers });
}

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
    ? `The tag is now ${tag}, and If-Match does not name it: read the resource again, then decide.`
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
