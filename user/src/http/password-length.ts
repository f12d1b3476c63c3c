import type { TObject } from '@sinclair/typebox';

/** The request schema with the shop's own minimum for this password, so that the API document states it. `characters`: code points. */
export function withPasswordMin<Body extends TObject>(body: Body, field: keyof Body['properties'] & string, characters: number): Body {
  const password = { ...body.properties[field], minLength: characters };
  return { ...body, properties: { ...body.properties, [field]: password } };
}
