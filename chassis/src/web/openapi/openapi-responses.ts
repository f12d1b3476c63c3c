import { PROBLEM_TYPES, type ProblemCode, problemTypeUri } from '@souk/contracts/problem';
import { InvertedStatusMap } from 'elysia';
import { isSchema } from '../app/declared-routes.ts';
import { PROBES } from '../app/probes.ts';
import { STRICT_PATHS } from '../app/read-by-schema.ts';
import { isText } from '../app/text-encoding.ts';
import type { RawBody } from '../bodies/raw-body.ts';
import { exampleOf } from './example-of.ts';
import { isPlainObject, type PlainObject } from '../json-values.ts';
import { mayHoldCardNumbers } from '../problems/field-errors.ts';

/** A route as the library describes it, with the declarations that `router()` leaves in its `detail`. */
export interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses?: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
  readonly security?: readonly object[];
  readonly 'x-role'?: string;
  readonly 'x-idempotency-key'?: 'required' | 'optional';
  readonly 'x-problems'?: readonly ProblemCode[];
  readonly 'x-raw-body'?: RawBody;
  readonly 'x-uncounted'?: true;
  readonly 'x-postponable'?: true;
  readonly [member: string]: unknown;
}

export interface Parameter {
  readonly in: string;
  readonly schema?: PlainObject;
}

/** By media type. */
export type Content = Readonly<Record<string, object>>;

/** Facts about a route that the library does not give. */
export interface Declared {
  /** lower case */
  readonly method: string;
  /** `/orders/{id}` */
  readonly path: string;
  readonly body: unknown;
}

/** undefined: If-Match is ignored. */
export function ifMatchOf(operation: Operation): 'required' | 'optional' | undefined {
  const codes = operation['x-problems'] ?? [];
  if (codes.includes('precondition-required')) return 'required';
  return codes.includes('precondition-failed') ? 'optional' : undefined;
}

/** True for a read of a single resource with a version: its tag is that version. */
export function isTaggedRead({ responses }: Operation, { method }: Declared): boolean {
  return method === 'get' && hasVersion(responses?.['200']?.content);
}

export function hasVersion(content: Content | undefined): boolean {
  const [media] = Object.values(content ?? {});
  // A response without content (`Type.Void`) is not described by media types: the library puts its own text in their place.
  const schema = isPlainObject(media) ? media['schema'] : undefined;
  const properties = isPlainObject(schema) ? schema['properties'] : undefined;
  return isPlainObject(properties) && 'version' in properties;
}

/** The success responses of a route. A route without a response schema still has one. */
export function answersOf(operation: Operation, declared: Declared): object {
  const isTagged = isTaggedRead(operation, declared);
  const answers = Object.entries(operation.responses ?? { 200: { description: 'Done' } }).map(
    ([status, { description, content }]) => {
      const isEmpty = status === '204' || status === '304';
      const headers = {
        ...HEADERS.always,
        ...((hasVersion(content) || ifMatchOf(operation) !== undefined) && !isEmpty && HEADERS.tag),
        ...(declared.method === 'post' && (status === '201' || status === '202') && HEADERS.made),
        ...(operation['x-idempotency-key'] !== undefined && HEADERS.replayed),
      };
      return [status, { description: ownWords(description) ?? phraseOf(status), headers, ...(content && !isEmpty && { content: withExamples(content) }) }] as const;
    },
  );
  const unchanged = { description: 'The version of If-None-Match still holds', headers: { ...HEADERS.always, ...HEADERS.tag } };
  return { ...Object.fromEntries(answers), ...(isTagged && { 304: unchanged }) };
}

/** Elysia's table: importing `node:http` for its own would load all of it at every start. */
function phraseOf(status: string): string {
  return (InvertedStatusMap as Readonly<Record<string, string>>)[status] ?? status;
}

/** undefined: the description is the library's, which says nothing. */
function ownWords(description: string): string | undefined {
  return description.startsWith('Response for status') ? undefined : description;
}

function withExamples(content: Content): Content {
  const media = Object.entries(content).map(([type, one]) => {
    const isJson = type === 'application/json' && 'schema' in one;
    return [type, isJson ? { ...one, example: exampleOf(one.schema) } : one] as const;
  });
  return Object.fromEntries(media);
}

const CHANGES: ReadonlySet<string> = new Set(['post', 'put', 'patch', 'delete']);
/** Paths that are answered from memory. */
const NEEDS_NOTHING: ReadonlySet<string> = new Set(['/metrics', '/openapi.json', '/asyncapi.json', '/docs']);
const RETRY_LATER: ReadonlySet<ProblemCode> = new Set(['request-in-progress', 'too-many-requests', 'overloaded', 'unavailable']);

export interface ProblemResponses {
  /** All refusals of a route by status: those that its declarations imply (the order of refusals), and those that it names itself. */
  of(operation: Operation, declared: Declared): Readonly<Record<string, object>>;
  /** `components.responses`: each response that `of` has named, once. */
  components(): Readonly<Record<string, object>>;
}

/** Most routes have the same refusals, so a response is in the document once, named after its possible codes. */
export function problemResponses(): ProblemResponses {
  const named = new Map<string, object>();
  const reference = (status: number, codes: readonly ProblemCode[]): object => {
    const name = codes.toSorted().join('.');
    named.set(name, response(status, codes.toSorted()));
    return { $ref: `#/components/responses/${name}` };
  };
  return {
    of(operation, declared) {
      const byStatus = Map.groupBy(problemCodes(operation, declared), (code) => PROBLEM_TYPES[code].status);
      return Object.fromEntries([...byStatus].map(([status, codes]) => [status, reference(status, codes)]));
    },
    components: () => Object.fromEntries([...named].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function problemCodes(operation: Operation, { method, path, body }: Declared): ReadonlySet<ProblemCode> {
  const codes = new Set<ProblemCode>([...(operation['x-problems'] ?? []), 'internal']);
  const add = (...more: ProblemCode[]) => more.forEach((code) => codes.add(code));
  const raw = operation['x-raw-body'];
  // A body is read even if the route asks for none.
  if (CHANGES.has(method)) add('body-incomplete', 'payload-too-large', 'unsupported-media-type', 'overloaded');
  if (CHANGES.has(method) && raw === undefined) add('malformed-json', 'validation');
  if ((CHANGES.has(method) && raw === undefined) || raw?.types.some(isText) === true) add('malformed-text');
  // An answer may be long and then needs room.
  if (method === 'get') add('overloaded');
  if (!NEEDS_NOTHING.has(path)) add('unavailable');
  if (path === '/metrics' || (!PROBES.has(path) && operation['x-uncounted'] === undefined)) add('too-many-requests');
  if (operation.security?.length) add('unauthenticated');
  if (operation['x-role'] !== undefined) add('forbidden');
  if (path.includes('{')) add('not-found');
  if (path.startsWith(STRICT_PATHS)) add('validation');
  if (operation.parameters?.some((parameter) => parameter.in === 'query')) add('validation', 'malformed-text');
  const key = operation['x-idempotency-key'];
  if (key !== undefined) add('idempotency-key-invalid', 'idempotency-key-reused', 'request-in-progress');
  if (key === 'required') add('idempotency-key-missing');
  if (isSchema(body) && mayHoldCardNumbers(body)) add('card-number-refused');
  return codes;
}

function response(status: number, codes: readonly ProblemCode[]): object {
  const [first] = codes;
  if (first === undefined) throw new Error(`no problem has the status ${status}`);
  const isRetried = codes.some((code) => RETRY_LATER.has(code));
  const schema = {
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      { properties: { type: { enum: codes.map(problemTypeUri) }, status: { const: status } } },
    ],
  };
  const { title } = PROBLEM_TYPES[first];
  const detail = 'What is wrong with this request, and what to do.';
  const example = { type: problemTypeUri(first), title, status, detail, instance: '/the/path', requestId: 'checkout-7f3a' };
  return {
    description: codes.map((code) => `\`${code}\`: ${PROBLEM_TYPES[code].title}`).join('\n\n'),
    headers: {
      ...HEADERS.always,
      ...(isRetried && HEADERS.retryAfter),
      ...(status === 401 && HEADERS.challenge),
      ...(status === 412 && HEADERS.tag),
    },
    content: { 'application/problem+json': { schema, example } },
  };
}

const text = (description: string, more: object = {}) => ({ description, schema: { type: 'string', ...more } });

/** `components.headers` of every service's document. */
export const HEADER_COMPONENTS = {
  'X-Request-Id': text("The caller's own or a new one; it is in the log.", { pattern: '^[A-Za-z0-9._-]{1,64}$' }),
  RateLimit: text('What is left of the quota (r), and seconds until all of it is back (t).', { examples: ['"user";r=1199;t=1'] }),
  'RateLimit-Policy': text('The quota (q) of a window of seconds (w).', { examples: ['"user";q=1200;w=60'] }),
  ETag: text('The version, for If-Match and If-None-Match.', { examples: ['"3"'] }),
  Location: text('The path of what was made.'),
  'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 0 } },
  'Idempotency-Replayed': text('This is the answer of an earlier request with the same key.', { const: 'true' }),
  'WWW-Authenticate': text('Bearer, with an error where a token came that is no good.'),
} as const;

function of(...names: readonly (keyof typeof HEADER_COMPONENTS)[]): Readonly<Record<string, object>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Response headers, by kind of answer. */
export const HEADERS = {
  always: of('X-Request-Id', 'RateLimit', 'RateLimit-Policy'),
  tag: of('ETag'),
  made: of('Location'),
  replayed: of('Idempotency-Replayed'),
  retryAfter: of('Retry-After'),
  challenge: of('WWW-Authenticate'),
} as const;
