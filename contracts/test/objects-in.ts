import { type TObject, type TSchema, TypeGuard } from '@sinclair/typebox';

/** Every object schema inside a schema, itself included. */
export function objectsIn(schema: TSchema): TObject[] {
  if (TypeGuard.IsObject(schema)) return [schema, ...Object.values(schema.properties).flatMap(objectsIn)];
  if (TypeGuard.IsArray(schema)) return objectsIn(schema.items);
  if (TypeGuard.IsUnion(schema)) return schema.anyOf.flatMap(objectsIn);
  return [];
}
