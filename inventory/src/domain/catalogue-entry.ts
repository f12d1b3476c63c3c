/** That a SKU exists, and whether everybody may know, as Product says. */
export interface CatalogueEntry {
  readonly sku: string;
  readonly productId: string;
  /** The product's version this was taken from. */
  readonly version: number;
  /** null: kept by a version of ours that did not note it, so nobody is shown it before it is known. */
  readonly onSale: boolean | null;
}

/** Newest version wins, in whatever order they arrive; undefined when what is known already is as new. */
export function newerEntry(known: CatalogueEntry | undefined, told: CatalogueEntry): CatalogueEntry | undefined {
  if (known === undefined || known.version < told.version) return told;
  return known.onSale === null && known.version === told.version ? told : undefined;
}
