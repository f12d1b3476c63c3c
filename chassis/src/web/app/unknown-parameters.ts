import type { FieldError } from '@souk/contracts/problem';
import { type TSchema, TypeGuard } from '@sinclair/typebox';

/** Routes for operators: a misspelt filter must not look as if there were nothing to find. */
export const STRICT_PATHS = '/ops/';

const NONE: readonly FieldError[] = [];

/** Query parameters that the route does not have; outside of `/ops` they are ignored. */
export function unknownParameters(route: string, url: string, schema: TSchema | undefined): readonly FieldError[] {
  if (!route.startsWith(STRICT_PATHS) || !url.includes('?')) return NONE;
  const known = schema !== undefined && TypeGuard.IsObject(schema) ? Object.keys(schema.properties) : [];
  const asked = new Set(new URL(url).searchParams.keys());
  const detail = known.length === 0 ? 'is not known here: this route takes no parameters' : `is not known here: this route takes ${known.join(', ')}`;
  return [...asked].filter((name) => !known.includes(name)).map((name) => ({ pointer: `?${name}`, detail }));
}
