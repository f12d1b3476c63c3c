import { Problem } from '@souk/contracts/problem';
import { PROBLEM_TYPES, type ProblemCode } from '@souk/contracts/problem-types';
// Not the package's main file: that one puts slow and different checks in place of our string formats.
import { toOpenAPISchema } from '@elysiajs/openapi/openapi';
import { TypeGuard } from '@sinclair/typebox';
import type { AnyElysia } from 'elysia';
import type { RawBody } from './raw-body.ts';

interface Operation {
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
  readonly [member: string]: unknown;
}

/** The service's OpenAPI 3.1 document, made from its routes: every status, errors as `application/problem+json`. */
export function openApiDocument(app: AnyElysia, { service, version }: { service: string; version: string }): object {
  const paths: Record<string, Record<string, object>> = {};
  // The library leaves out paths with a dot unless told; this document and the key set have one.
  for (const [path, methods] of Object.entries(toOpenAPISchema(app, { staticFile: false }).paths)) {
    const optionalBodies = bodiesThatMayBeAbsent(app, path);
    paths[path] = {};
    for (const [method, operation] of Object.entries(methods ?? {})) {
      paths[path][method] = completed(operation as unknown as Operation, {
        optionalBody: optionalBodies.has(method),
        path,
      });
    }
  }
  return withoutIds({
    openapi: '3.1.0',
    info: { title: `Souk ${service}`, version },
    paths,
    components: {
      schemas: { Problem },
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  });
}

/** The methods of a path that do without their body. */
function bodiesThatMayBeAbsent(app: AnyElysia, path: string): ReadonlySet<string> {
  const here = app.routes.filter((route) => route.path.replace(/:([^/]+)/g, '{$1}') === path);
  return new Set(
    here.filter(({ hooks }) => TypeGuard.IsOptional(hooks.body)).map(({ method }) => method.toLowerCase()),
  );
}

function completed(operation: Operation, { optionalBody, path }: { optionalBody: boolean; path: string }): object {
  const { 'x-problems': _problems, 'x-idempotency-key': key, 'x-raw-body': raw, requestBody: json, ...rest } = operation;
  const requestBody = raw === undefined ? json && jsonOnly(json, optionalBody) : rawBytes(raw);
  const parameters = [...(operation.parameters ?? []), ...(key === undefined ? [] : [idempotencyKeyParameter(key)])];
  return {
    ...rest,
    ...(parameters.length > 0 && { parameters }),
    ...(operation.security && { security: withoutRepeats(operation.security) }),
    ...(requestBody && { requestBody }),
    responses: { ...successes(operation), ...problems(problemCodes(operation, path)) },
  };
}

/** Declarations that each ask for a token are merged by adding their lists. */
function withoutRepeats(security: readonly object[]): readonly object[] {
  const seen = new Map(security.map((requirement) => [JSON.stringify(requirement), requirement]));
  return [...seen.values()];
}

function jsonOnly({ content }: { readonly content: Readonly<Record<string, object>> }, optional: boolean): object {
  const [schema] = Object.values(content);
  return { required: !optional, content: { 'application/json': schema ?? {} } };
}

/** OpenAPI 3.1 says with an empty schema that the bytes are taken as they are. */
function rawBytes({ types }: RawBody): object {
  return { required: true, content: Object.fromEntries(types.map((type) => [type, {}])) };
}

function idempotencyKeyParameter(need: 'required' | 'optional'): object {
  const schema = { type: 'string', pattern: '^[!-~]{1,200}$' };
  return { name: 'Idempotency-Key', in: 'header', required: need === 'required', schema };
}

/** A route without an answer schema still answers something. */
function successes({ responses }: Operation): object {
  const declared = Object.entries(responses ?? {}).map(([status, { description, content }]) => {
    const isEmpty = status === '204' || status === '304';
    return [status, { description, ...(content && !isEmpty && { content }) }] as const;
  });
  return declared.length > 0 ? Object.fromEntries(declared) : { 200: { description: 'Done' } };
}

/** What the declarations of a route imply, and what it names itself. */
function problemCodes(operation: Operation, path: string): ReadonlySet<ProblemCode> {
  const codes = new Set<ProblemCode>([...(operation['x-problems'] ?? []), 'internal']);
  const add = (...more: ProblemCode[]) => more.forEach((code) => codes.add(code));
  const raw = operation['x-raw-body'];
  if (operation.requestBody) add('malformed-json', 'validation');
  if (operation.requestBody ?? raw) add('payload-too-large', 'unsupported-media-type', 'overloaded');
  if (operation.security?.length) add('unauthenticated', 'unavailable');
  if (operation['x-role'] !== undefined) add('forbidden');
  if (path.includes('{')) add('not-found');
  if (operation.parameters?.some((parameter) => parameter.in === 'query')) add('validation');
  const key = operation['x-idempotency-key'];
  if (key !== undefined) add('idempotency-key-invalid', 'idempotency-key-reused', 'request-in-progress');
  if (key === 'required') add('idempotency-key-missing');
  return codes;
}

function problems(codes: ReadonlySet<ProblemCode>): object {
  const titles = new Map<number, string[]>();
  for (const code of codes) {
    const { status, title } = PROBLEM_TYPES[code];
    titles.set(status, [...(titles.get(status) ?? []), `\`${code}\`: ${title}`]);
  }
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...titles].map(([status, lines]) => [status, { description: lines.join('\n\n'), content }]),
  );
}

/** TypeBox's own marks (`$id`, symbols) mean nothing, or something else, to readers of the document. */
function withoutIds(document: object): object {
  const copy: object = JSON.parse(
    JSON.stringify(document, (key, value: unknown) => (key === '$id' ? undefined : value)),
  );
  return copy;
}
