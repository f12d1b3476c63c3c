import { PROBLEM_TYPES, type ProblemCode, problemTypeUri } from '@souk/contracts/problem';
import { HEADERS } from './openapi-headers.ts';
import { PROBES } from '../app/probes.ts';
import type { Declared, Operation } from './openapi-operation.ts';
import { mayHoldCardNumbers } from '../bodies/refuse-card-numbers.ts';
import { isSchema } from '../app/route-schemas.ts';
import { isText } from '../app/text-encoding.ts';
import { STRICT_PATHS } from '../app/unknown-parameters.ts';

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
