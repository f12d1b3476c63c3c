import { Problem } from '@souk/contracts/problem';
import type { ProblemCode } from '@souk/contracts/problem-types';
// Not the package's main file: that one puts slow and different checks in place of our string formats.
import { toOpenAPISchema } from '@elysiajs/openapi/openapi';
import { OptionalKind } from '@sinclair/typebox';
import type { AnyElysia } from 'elysia';
import { exampleOf } from './example-of.ts';
import { HEADER_COMPONENTS, HEADERS } from './openapi-headers.ts';
import { problemResponses } from './openapi-problems.ts';
import { isPlainObject } from './plain-object.ts';
import type { RawBody } from './raw-body.ts';

export interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly schema?: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, object>> };
  readonly responses?: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, object>> }>
  >;
  readonly security?: readonly object[];
  readonly 'x-role'?: string;
  readonly 'x-idempotency-key'?: 'required' | 'optional';
  readonly 'x-problems'?: readonly ProblemCode[];
  readonly 'x-raw-body'?: RawBody;
  readonly 'x-uncounted'?: true;
  readonly [member: string]: unknown;
}

/** What of a route the library does not tell. */
interface Declared {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** The service's OpenAPI 3.1 document, made from its routes: every status, errors as `application/problem+json`. */
export function openApiDocument(app: AnyElysia, { service, version }: { service: string; version: string }): object {
  const paths: Record<string, Record<string, object>> = {};
  // The library leaves out paths with a dot unless told; this document and the key set have one.
  for (const [path, methods] of Object.entries(toOpenAPISchema(app, { staticFile: false }).paths)) {
    paths[path] = {};
    for (const [method, operation] of Object.entries(methods ?? {})) {
      const declared = { method, path, body: bodyOf(app, method, path) };
      paths[path][method] = completed(operation as unknown as Operation, declared);
    }
  }
  return withoutIds({
    openapi: '3.1.0',
    info: { title: `Souk ${service}`, version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem },
      headers: HEADER_COMPONENTS,
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  });
}

/** The library forgets the schema of a body as soon as an app parses bodies itself. */
function bodyOf(app: AnyElysia, method: string, path: string): unknown {
  const route = app.routes.find(
    (one) => one.method.toLowerCase() === method && one.path.replace(/:([^/]+)/g, '{$1}') === path,
  );
  return route?.hooks.body;
}

function completed(operation: Operation, declared: Declared): object {
  const { 'x-problems': _problems, 'x-idempotency-key': _key, 'x-raw-body': raw, 'x-uncounted': _uncounted, requestBody: json, ...rest } = operation;
  const requestBody = raw === undefined ? json && jsonBody(declared.body) : rawBytes(raw);
  const parameters = [...(operation.parameters ?? []), ...headerParameters(operation, declared)];
  return {
    ...rest,
    ...(parameters.length > 0 && { parameters }),
    ...(operation.security && { security: withoutRepeats(operation.security) }),
    ...(requestBody && { requestBody }),
    responses: { ...successes(operation, declared), ...problemResponses(operation, declared) },
  };
}

/** Declarations that each ask for a token are merged by adding their lists. */
function withoutRepeats(security: readonly object[]): readonly object[] {
  const seen = new Map(security.map((requirement) => [JSON.stringify(requirement), requirement]));
  return [...seen.values()];
}

function jsonBody(schema: unknown): object {
  const isOptional = isPlainObject(schema) && OptionalKind in schema;
  return { required: !isOptional, content: { 'application/json': { schema, example: exampleOf(schema) } } };
}

/** OpenAPI 3.1 says with an empty schema that the bytes are taken as they are. */
function rawBytes({ types }: RawBody): object {
  return { required: true, content: Object.fromEntries(types.map((type) => [type, {}])) };
}

function headerParameters(operation: Operation, declared: Declared): object[] {
  const key = operation['x-idempotency-key'];
  const named = (name: string, required: boolean, schema: object) => ({ name, in: 'header', required, schema });
  const tag = { type: 'string', examples: ['"3"'] };
  return [
    ...(key === undefined
      ? []
      : [named('Idempotency-Key', key === 'required', { type: 'string', pattern: '^[!-~]{1,200}$', examples: ['cart-42'] })]),
    ...(needsIfMatch(operation) ? [named('If-Match', true, tag)] : []),
    ...(isTaggedRead(operation, declared) ? [named('If-None-Match', false, tag)] : []),
  ];
}

function needsIfMatch(operation: Operation): boolean {
  return operation['x-problems']?.includes('precondition-required') === true;
}

/** A single thing with a version: its tag is that version. */
function isTaggedRead({ responses }: Operation, { method }: Declared): boolean {
  return method === 'get' && hasVersion(responses?.['200']?.content);
}

function hasVersion(content: Readonly<Record<string, object>> | undefined): boolean {
  const [media] = Object.values(content ?? {});
  // What answers nothing (`Type.Void`) is not described by media types: the library puts its own words in their place.
  const schema = isPlainObject(media) ? media['schema'] : undefined;
  const properties = isPlainObject(schema) ? schema['properties'] : undefined;
  return isPlainObject(properties) && 'version' in properties;
}

/** A route without an answer schema still answers something. */
function successes(operation: Operation, declared: Declared): object {
  const isTagged = isTaggedRead(operation, declared);
  const answers = Object.entries(operation.responses ?? { 200: { description: 'Done' } }).map(
    ([status, { description, content }]) => {
      const isEmpty = status === '204' || status === '304';
      const headers = {
        ...HEADERS.always,
        ...((hasVersion(content) || needsIfMatch(operation)) && !isEmpty && HEADERS.tag),
        ...(declared.method === 'post' && (status === '201' || status === '202') && HEADERS.made),
        ...(operation['x-idempotency-key'] !== undefined && HEADERS.replayed),
      };
      return [status, { description, headers, ...(content && !isEmpty && { content: withExamples(content) }) }] as const;
    },
  );
  const unchanged = { description: 'The version of If-None-Match still holds', headers: { ...HEADERS.always, ...HEADERS.tag } };
  return { ...Object.fromEntries(answers), ...(isTagged && { 304: unchanged }) };
}

function withExamples(content: Readonly<Record<string, object>>): object {
  const media = Object.entries(content).map(([type, one]) => {
    const isJson = type === 'application/json' && 'schema' in one;
    return [type, isJson ? { ...one, example: exampleOf(one.schema) } : one] as const;
  });
  return Object.fromEntries(media);
}

/** TypeBox's own marks (`$id`, symbols) mean nothing, or something else, to readers of the document. */
function withoutIds(document: object): object {
  const copy: object = JSON.parse(
    JSON.stringify(document, (key, value: unknown) => (key === '$id' ? undefined : value)),
  );
  return copy;
}
