/** A SKU that exists, and whether everybody may know of it, as Product says. */
export interface CatalogueEntry {
  readonly sku: string;
  readonly productId: string;
  /** The version of the product that this was taken from. */
  readonly version: number;
  /** null: stored by a version of ours that did not record it, so the public is not shown it until it is known. */
  readonly onSale: boolean | null;
}

/** The newest version wins, in whatever order they arrive; undefined when the known entry is at least as new. */
export function newerEntry(known: CatalogueEntry | undefined, told: CatalogueEntry): CatalogueEntry | undefined {
  if (known === undefined || known.version < told.version) return told;
  return known.onSale === null && known.version === told.version ? told : undefined;
}

/**
 * Asks Product for SKUs; unknown ones are not in the answer. `authorization` is the caller's own header: staff may see
 * drafts, and without it only SKUs on sale are found. Throws ProductAwayError when there is no answer.
 */
export type LookUpSkus = (skus: readonly string[], authorization: string | null) => Promise<readonly CatalogueEntry[]>;

/** Thrown while it cannot be known whether the SKU exists. */
export class ProductAwayError extends Error {
  readonly code = 'product-away';
  constructor(options?: ErrorOptions) {
    super('Product gave no answer', options);
    this.name = 'ProductAwayError';
  }
}
