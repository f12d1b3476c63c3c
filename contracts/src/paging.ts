import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { closed, impersonal, nullable } from './schema.ts';

/** Lists are paged by opaque cursors that stay valid while rows are added. */
export function Page<S extends TSchema>(item: S) {
  return closed({ items: Type.Array(item), nextCursor: nullable(impersonal(Type.String())) });
}
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/**
 * A whole number in a query. Elysia turns the text of a query into a `number`, but never into an `integer`: with
 * `Type.Integer` it would refuse `?limit=5`.
 */
export function QueryInteger(limits: { minimum: number; maximum: number; default?: number; description?: string }) {
  return Type.Number({ ...limits, multipleOf: 1 });
}

const Cursor = impersonal(Type.String({ minLength: 1, maxLength: 500 }));

const LIMIT = 'Entries of a page at most. It has fewer where they are large, or where much has to be looked at to find them: `nextCursor` alone says whether there are more.';

const paging = {
  limit: Type.Optional(QueryInteger({ minimum: 1, maximum: 100, default: 20, description: LIMIT })),
  cursor: Type.Optional(Cursor),
};

/** The query of a list: paging and its filters. Explicitly open, because Elysia closes schemas that do not say so. */
export function PagedQuery<P extends TProperties>(filters: P) {
  return Type.Object({ ...paging, ...filters }, { additionalProperties: true });
}

/** A list without filters. */
export const ListQuery = PagedQuery({});
export type ListQuery = Static<typeof ListQuery>;
