/** That a SKU exists, as Product says. */
export interface CatalogueEntry {
  readonly sku: string;
  readonly productId: string;
  /** The product's version this was taken from. */
  readonly version: number;
}

/** Newest version wins, in whatever order they arrive; undefined when what is known already is as new. */
export function newerEntry(known: CatalogueEntry | undefined, told: CatalogueEntry): CatalogueEntry | undefined {
  return known === undefined || known.version < told.version ? told : undefined;
}
