import type { Money } from '@souk/contracts/money';
import type { Options, ProductState } from '../domain/catalogue.ts';

/** What Order reads of a product; anything else in it may change without Order. */
export interface ToldProduct {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly status: string;
  readonly updatedAt: string;
  readonly variants: readonly { readonly sku: string; readonly options: Options; readonly price: Money }[];
}

/** A product in the form in which the catalogue copy takes it. */
export function productState({ id, version, title, status, updatedAt, variants }: ToldProduct): ProductState {
  return {
    id,
    version,
    title,
    active: status === 'active',
    changedAt: Date.parse(updatedAt),
    variants: variants.map(({ sku, options, price }) => ({ sku, options, price })),
  };
}
