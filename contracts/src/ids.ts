import { type Static, Type } from '@sinclair/typebox';
import './formats.ts';

export { isUuid } from './formats.ts';

/** Ids are UUIDv7 when Souk makes them; reading accepts every version, and HTTP either case: it makes them lower-case where they enter. */
export const Uuid = Type.String({ format: 'uuid' });
export type Uuid = Static<typeof Uuid>;

const SKU_PATTERN = '^[A-Za-z0-9._-]{1,64}$';

export const Sku = Type.String({
  pattern: SKU_PATTERN,
  minLength: 1,
  maxLength: 64,
  description: 'a SKU: 1 to 64 letters from A to Z, digits, dots, dashes and underscores',
});
export type Sku = Static<typeof Sku>;

const SKU = new RegExp(SKU_PATTERN);

export function isSku(text: string): boolean {
  return SKU.test(text);
}
