import type { StoredAnswer } from '../../stored-answer.ts';
import { answerWith } from './long-answer.ts';
import { isPlainObject } from '../bodies/plain-object.ts';
import { type Problem, problem } from '../problems/problem.ts';
import { factsOf } from './request-facts.ts';

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
