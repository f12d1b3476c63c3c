import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { closed, nullable } from '../schema.ts';

/** Lists are paged by opaque cursors that stay valid while rows are added. */
export function Page<S extends TSchema>(item: S) {
  return closed({ items: Type.Array(item), nextCursor: nullable(Type.String()) });
}
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
};

/** Queries stay open: unknown parameters are ignored. */
export const ListQuery = Type.Object(pageQuery);
export type ListQuery = Static<typeof ListQuery>;
