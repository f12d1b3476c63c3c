import type { Money } from '@souk/contracts/money';
import { equals } from '@souk/contracts/money';
import { type Product, variantOf } from './product.ts';

/** A price that a variant got with a version of its product; kept for ever. */
export interface PriceChange {
  readonly productId: string;
  readonly version: number;
  readonly sku: string;
  readonly price: Money;
  /** null: this is its first price */
  readonly previous: Money | null;
  /** epoch milliseconds */
  readonly at: number;
  readonly actor: string;
}

/** The parts of a product version that price changes are made from. */
export type Priced = Pick<Product, 'id' | 'version' | 'variants' | 'updatedAt'>;

/** The price changes that a version of a product brings; `before` undefined: the product is new. */
export function priceChanges(before: Priced | undefined, after: Priced, actor: string): PriceChange[] {
  return after.variants.flatMap(({ sku, price }) => {
    const previous = (before && variantOf(before, sku)?.price) ?? null;
    if (previous !== null && equals(previous, price)) return [];
    return [{ productId: after.id, version: after.version, sku, price, previous, at: after.updatedAt, actor }];
  });
}
