import { type TLiteral, type TObject, type TProperties, type TSchema, type TUnion, Type } from '@sinclair/typebox';
import { noteMarked } from './personal.ts';

/** An object that refuses fields it does not name: for what HTTP sends and receives. */
export function closed<P extends TProperties>(properties: P): TObject<P> {
  noteMarked(properties);
  return Type.Object(properties, { additionalProperties: false });
}

/** The same fields, but others are allowed: for events, because a reader must accept fields that are added later. */
export function open<P extends TProperties>(schema: TObject<P>): TObject<P> {
  return Type.Object(schema.properties);
}

export function nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}

type LiteralsOf<V extends readonly string[]> = { -readonly [K in keyof V]: TLiteral<V[K]> };

export function oneOf<const V extends readonly string[]>(...values: V) {
  // `map` loses the place of each value; the mapped type restores it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Type.Union(values.map((value) => Type.Literal(value))) as unknown as TUnion<LiteralsOf<V>>;
}
