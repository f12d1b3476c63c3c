import { InvertedStatusMap } from 'elysia';
import { exampleOf } from './example-of.ts';
import { HEADERS } from './openapi-headers.ts';
import { type Content, type Declared, hasVersion, ifMatchOf, isTaggedRead, type Operation } from './openapi-operation.ts';

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
