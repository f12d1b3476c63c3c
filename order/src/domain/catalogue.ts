import type { Money } from '@souk/contracts/money';

/** Values that distinguish a variant from the others of its product: size, colour. */
export type Options = Readonly<Record<string, string>>;

/** Order's copy of a SKU; found by SKU. */
export interface CatalogueEntry {
  readonly sku: string;
  readonly productId: string;
  readonly title: string;
  /** null: copied by an earlier version; a rebuild of the copy fills them in. */
  readonly options: Options | null;
  readonly price: Money;
  readonly active: boolean;
  /** Version of the product this was read from. */
  readonly version: number;
  /** Time at which that version was made, epoch milliseconds: decides between two products that have had the same SKU. */
  readonly changedAt: number;
}

/** The version of a product that the copy has, and its SKUs in that version; found by product. */
export interface CatalogueProduct {
  readonly id: string;
  readonly version: number;
  readonly skus: readonly string[];
}

/** A product as Product describes it, in an event or by REST. */
export interface ProductState {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly active: boolean;
  /** epoch milliseconds */
  readonly changedAt: number;
  readonly variants: readonly { readonly sku: string; readonly options: Options; readonly price: Money }[];
}

export interface CatalogueChange {
  readonly product: CatalogueProduct;
  readonly entries: readonly CatalogueEntry[];
  /** SKUs that the product no longer has. */
  readonly gone: readonly string[];
}

/**
 * Changes that a product's state makes to the copy; undefined when the copy has this version or a newer one already.
 * A SKU that has moved to another product stays with the one that was changed last, however late the other's state arrives.
 */
export function copyProduct(
  known: CatalogueProduct | undefined,
  state: ProductState,
  entryOf: (sku: string) => CatalogueEntry | undefined,
): CatalogueChange | undefined {
  if (known !== undefined && known.version >= state.version) return undefined;
  const { id, version, title, active, changedAt, variants } = state;
  const isTaken = (sku: string) => {
    const entry = entryOf(sku);
    return entry !== undefined && entry.productId !== id && entry.changedAt > changedAt;
  };
  const left = leftSkus(known, state);
  return {
    product: { id, version, skus: variants.map(({ sku }) => sku) },
    entries: variants
      .filter(({ sku }) => !isTaken(sku))
      .map(({ sku, options, price }) => ({ sku, productId: id, title, options, price, active, version, changedAt })),
    gone: left.filter((sku) => entryOf(sku)?.productId === id),
  };
}

/** SKUs that the product had in its last known version and no longer has. */
export function leftSkus(known: CatalogueProduct | undefined, { variants }: ProductState): readonly string[] {
  return known?.skus.filter((sku) => !variants.some((variant) => variant.sku === sku)) ?? [];
}
