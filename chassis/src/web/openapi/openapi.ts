import { Problem } from '@souk/contracts/problem';
// Not the package's main file: that one replaces our string formats by slow and different checks.
import { toOpenAPISchema } from '@elysiajs/openapi/openapi';
import { OptionalKind } from '@sinclair/typebox';
import type { AnyElysia } from 'elysia';
import { exampleOf } from './example-of.ts';
import {
  answersOf,
  type Declared,
  HEADER_COMPONENTS,
  ifMatchOf,
  isTaggedRead,
  type Operation,
  type Parameter,
  type ProblemResponses,
  problemResponses,
} from './openapi-responses.ts';
import { isPlainObject } from '../json-values.ts';
import type { RawBody } from '../bodies/raw-body.ts';

/** Stated once for all operations. */
const RULES = [
  'Text is UTF-8, in bodies, form fields and percent-encoded queries: other bytes are 400, another `charset` or a `Content-Encoding` is 415.',
  'A UUID is the same in capitals and in small letters, wherever it is sent; answers have small letters.',
  'Query parameters that a route does not name are ignored; under `/ops` they are refused.',
  'A process may have `/metrics` and everything under `/ops` on a port of its own (`OPS_PORT`): they are 404 here then.',
  'A refusal says in `detail` what is wrong with this request and what to do, and names each field in `errors`.',
  'A change of what has an ETag may be made to depend on it: If-Match with another tag is 412, also where none is needed; `*` fits any.',
].join('\n\n');

/** The service's OpenAPI 3.1 document, made from its routes: every status, errors as `application/problem+json`. */
export function openApiDocument(app: AnyElysia, { service, version }: { service: string; version: string }): object {
  const paths: Record<string, Record<string, object>> = {};
  const problems = problemResponses();
  // By default the library leaves out paths with a dot; this document and the key set have one.
  const { paths: described } = toOpenAPISchema(app, { staticFile: false });
  for (const { method: of, path: pattern, hooks } of app.routes) {
    const method = of.toLowerCase();
    const path = pattern.replaceAll(/:([^/]+)/g, '{$1}');
    const operation = (described[path] as Readonly<Record<string, Operation>> | undefined)?.[method];
    if (operation === undefined) throw new Error(`${of} ${pattern} is not in the OpenAPI document`);
    (paths[path] ??= {})[method] = completed(operation, { method, path, body: hooks.body }, problems.of);
  }
  return readable({
    openapi: '3.1.0',
    info: { title: `Souk ${service}`, version, description: RULES, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem },
      responses: problems.components(),
      headers: HEADER_COMPONENTS,
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  });
}

function completed(operation: Operation, declared: Declared, problemsOf: ProblemResponses['of']): object {
  const { 'x-problems': _problems, 'x-idempotency-key': _key, 'x-raw-body': raw, 'x-uncounted': _uncounted, 'x-postponable': _postponable, requestBody: json, ...rest } = operation;
  const requestBody = raw === undefined ? json && jsonBody(declared.body) : rawBytes(raw);
  const parameters = [...(operation.parameters ?? []).map(withIntegers), ...headerParameters(operation, declared)];
  return {
    ...rest,
    ...(parameters.length > 0 && { parameters }),
    ...(operation.security && { security: withoutRepeats(operation.security) }),
    ...(requestBody && { requestBody }),
    responses: { ...answersOf(operation, declared), ...problemsOf(operation, declared) },
  };
}

/** Contracts write whole numbers of a query in a form that Elysia reads (`QueryInteger`); in the document they are integers. */
function withIntegers({ schema, ...parameter }: Parameter): object {
  const { multipleOf, ...limits } = schema ?? {};
  return { ...parameter, schema: multipleOf === 1 ? { ...limits, type: 'integer' } : schema };
}

/** Removes duplicates: declarations that each require a token are merged by adding their lists. */
function withoutRepeats(security: readonly object[]): readonly object[] {
  const seen = new Map(security.map((requirement) => [JSON.stringify(requirement), requirement]));
  return [...seen.values()];
}

function jsonBody(schema: unknown): object {
  const isOptional = isPlainObject(schema) && OptionalKind in schema;
  return { required: !isOptional, content: { 'application/json': { schema, example: exampleOf(schema) } } };
}

/** In OpenAPI 3.1 an empty schema means that the bytes are taken as they are. */
function rawBytes({ types }: RawBody): object {
  return { required: true, content: Object.fromEntries(types.map((type) => [type, {}])) };
}

function headerParameters(operation: Operation, declared: Declared): object[] {
  const key = operation['x-idempotency-key'];
  const ifMatch = ifMatchOf(operation);
  const named = (name: string, required: boolean, schema: object) => ({ name, in: 'header', required, schema });
  const tag = { type: 'string', examples: ['"3"'] };
  return [
    ...(key === undefined
      ? []
      : [named('Idempotency-Key', key === 'required', { type: 'string', pattern: '^[!-~]{1,200}$', examples: ['cart-42'] })]),
    ...(ifMatch === undefined ? [] : [named('If-Match', ifMatch === 'required', tag)]),
    ...(isTaggedRead(operation, declared) ? [named('If-None-Match', false, tag)] : []),
  ];
}

/**
 * The document as its readers understand it. TypeBox's own marks (`$id`, symbols) mean nothing to them, or something else. The
 * library lets the type of a nullable enumeration be null, but none of its values.
 */
function readable(document: object): object {
  const copy: object = JSON.parse(
    JSON.stringify(document, (key, value: unknown) => (key === '$id' ? undefined : withNullAmongValues(value))),
  );
  return copy;
}

function withNullAmongValues(schema: unknown): unknown {
  if (!isPlainObject(schema) || !Array.isArray(schema['type']) || !schema['type'].includes('null')) return schema;
  const { const: only, ...rest } = schema;
  const values = 'const' in schema ? [only] : schema['enum'];
  return Array.isArray(values) && !values.includes(null) ? { ...rest, enum: [...values, null] } : schema;
}
