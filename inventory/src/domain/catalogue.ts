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
