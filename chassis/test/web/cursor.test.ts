import { describe, expect, test } from 'bun:test';
import { Type } from '@sinclair/typebox';
import { cursors } from '../../src/web/paging.ts';
import { Problem } from '../../src/web/problems/problem.ts';

const Position = Type.Object({ title: Type.String(), id: Type.String() });
const products = cursors('products:title', Position);

function refusal(cursor: string): unknown {
  try {
    products.read(cursor);
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, ...error.details };
    throw error;
  }
  return undefined;
}

describe('cursors', () => {
  test('are read as the position they were made of', () => {
    const position = { title: 'Tasse für Öl ☕', id: '1' };
    expect(products.read(products.write(position))).toEqual(position);
    expect(products.read(undefined)).toBeUndefined();
  });

  test('need no escaping in a URL', () => {
    expect(products.write({ title: '??>>~~ÿ', id: '/+=' })).toMatch(/^[\w-]+$/);
  });

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  test.each([
    ['another list', cursors('orders', Position).write({ title: 'a', id: 'b' })],
    ['a wrong position', encoded(['products:title', { title: 5, id: 'b' }])],
    ['no list', encoded({})],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['garbage', '§$%&'],
    ['empty', ''],
  ])('%s is refused as ?cursor', (_name, cursor) => {
    expect(refusal(cursor)).toEqual({
      code: 'validation',
      detail: '?cursor is not a cursor of this list: send the nextCursor of a page of it, or none for the first page.',
      errors: [{ pointer: '?cursor', detail: 'is not a cursor of this list' }],
    });
  });
});
