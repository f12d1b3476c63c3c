import type { Money } from '@souk/contracts/money';
import type { Options, ProductState } from '../domain/catalogue.ts';

/** The fields of a product that Order reads; all others may change without affecting it. */
export interface ToldProduct {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly status: string;
  readonly updatedAt: string;
  readonly variants: readonly { readonly sku: string; readonly options: Options; readonly price: Money }[];
}

/** Converts a product to the form that the catalogue copy takes. */
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
