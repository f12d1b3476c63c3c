import type { Static, TSchema } from '@sinclair/typebox';
import { lazyCheck } from '../../lazy-check.ts';
import { fieldsRefused } from '../problems/problem.ts';

interface Cursors<S extends TSchema> {
  write(position: Static<S>): string;
  /** undefined: from the start. Throws the 422 problem for a cursor that is not one of this list's. */
  read(cursor: string | undefined): Static<S> | undefined;
}

const ENCODING = /^[\w-]+$/;

/**
 * Opaque cursors of one list. `list` is part of every cursor, so a cursor of another list is refused; put into it whatever else
 * changes the order (`products:-price`).
 */
export function cursors<S extends TSchema>(list: string, position: S): Cursors<S> {
  const check = lazyCheck(position);
  return {
    write: (at) => Buffer.from(JSON.stringify([list, at])).toString('base64url'),
    read(cursor) {
      if (cursor === undefined) return undefined;
      const [named, at] = decoded(cursor);
      if (named !== list || !check().Check(at)) {
        const errors = [{ pointer: '?cursor', detail: 'is not a cursor of this list' }];
        throw fieldsRefused('validation', errors, 'send the nextCursor of a page of it, or none for the first page');
      }
      return at;
    },
  };
}

function decoded(cursor: string): readonly unknown[] {
  if (!ENCODING.test(cursor)) return [];
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch (cause) {
    if (cause instanceof SyntaxError) return [];
    throw cause;
  }
}
