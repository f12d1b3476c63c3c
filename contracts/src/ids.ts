import { type Static, Type } from '@sinclair/typebox';
import './formats.ts';

export { isUuid } from './formats.ts';

/** Souk makes UUIDv7; reading accepts every version. HTTP accepts either case and makes ids lower-case on entry. */
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
