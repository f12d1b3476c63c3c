import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describedSchemas } from './answer-rules.ts';
import { isPlainObject, type PlainObject, pointerTo, resolved } from '../web/json-values.ts';

interface Running {
  readonly url: string;
  close(): Promise<void>;
}

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

interface Operation {
  readonly summary?: string;
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
}

/** A service starts within a second and its document is judged in two; where `npm run openapi` starts five at once on a busy machine, both take ten times as long. */
const LIMIT_MS = 60_000;

/**
 * Tests that every service's OpenAPI document has to pass. `file`: the committed one; `OPENAPI=write` (`npm run openapi`)
 * writes it instead of comparing.
 */
export function describeOpenApi(file: string, run: () => Promise<Running>): void {
  describe('the OpenAPI document', () => {
    let service: Running;
    let document: OpenApiDocument;
    beforeAll(async () => {
      service = await run();
      document = (await (await fetch(`${service.url}/openapi.json`)).json()) as OpenApiDocument;
    }, LIMIT_MS);
    afterAll(() => service.close());

    test('is the committed one (npm run openapi writes it)', async () => {
      if (process.env['OPENAPI'] === 'write') await Bun.write(file, `${JSON.stringify(document, null, 2)}\n`);
      expect(document).toEqual(await Bun.file(file).json());
    });

    test('is valid 3.1', async () => {
      const { valid, errors } = await new Validator().validate({ ...document });
      expect([valid, errors]).toEqual([true, undefined]);
    }, LIMIT_MS);

    test('every route in it exists, under its methods and no others', async () => {
      for (const path of Object.keys(document.paths)) {
        const asked = path.replaceAll(/\{\w+\}/g, 'x');
        const { status, headers } = await fetch(`${service.url}${asked}`, { method: 'OPTIONS' });
        expect([path, status, headers.get('allow')?.split(', ')]).toEqual([path, 405, methodsAt(document, asked)]);
      }
    }, LIMIT_MS);

    test('every error is a problem document, and every route says what it is for', () => {
      for (const [path, operations] of Object.entries(document.paths)) {
        for (const [method, { summary, responses }] of Object.entries(operations)) {
          expect([method, path, typeof summary]).toEqual([method, path, 'string']);
          const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
          const others = errors.filter(([, answer]) => mediaTypesOf(resolved(document, answer)).join(' ') !== 'application/problem+json');
          expect([method, path, others]).toEqual([method, path, []]);
        }
      }
    });

    test('what a body may not leave blank cannot be invisible either', () => {
      expect(invisiblyBlank(document)).toEqual([]);
    });

    test('every example is one of its schema', () => {
      expect(wrongExamples(document)).toEqual([]);
    }, LIMIT_MS);
  });
}

function mediaTypesOf({ content }: PlainObject): readonly string[] {
  return isPlainObject(content) ? Object.keys(content) : [];
}

/** Methods of all paths that match: `/sessions/refresh` is also a `/sessions/{id}`. */
function methodsAt({ paths }: OpenApiDocument, asked: string): string[] {
  const fitting = Object.entries(paths).filter(([path]) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked));
  const methods = fitting.flatMap(([, operations]) => Object.keys(operations).map((method) => method.toUpperCase()));
  return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].toSorted();
}

/** Patterns of texts in bodies that refuse spaces but accept invisible characters. */
function invisiblyBlank({ paths }: OpenApiDocument): readonly string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { requestBody }]) =>
      [...patternsIn(requestBody)]
        .map((pattern) => new RegExp(pattern, 'u'))
        .filter((text) => text.test('Zoë') && !text.test('  ') && text.test('\u200b'))
        .map(({ source }) => `${method} ${path}: ${source}`),
    ),
  );
}

function* patternsIn(node: unknown): Iterable<string> {
  if (Array.isArray(node)) for (const member of node) yield* patternsIn(member);
  if (!isPlainObject(node)) return;
  if (typeof node['pattern'] === 'string') yield node['pattern'];
  if (isPlainObject(node['patternProperties'])) yield* Object.keys(node['patternProperties']);
  for (const member of Object.values(node)) yield* patternsIn(member);
}

function wrongExamples(document: OpenApiDocument): readonly string[] {
  const schemas = describedSchemas(document);
  return [...examplesIn({ ...document }, '')].flatMap(({ place, example }) => {
    const wrong = schemas(`${place}/schema`, example);
    return wrong === undefined ? [] : [`${place}: ${wrong}`];
  });
}

function* examplesIn(node: unknown, place: string): Iterable<{ place: string; example: unknown }> {
  if (!isPlainObject(node)) return;
  if ('example' in node) yield { place, example: node['example'] };
  else for (const [name, member] of Object.entries(node)) yield* examplesIn(member, `${place}${pointerTo(name)}`);
}
