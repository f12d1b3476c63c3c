import type { CatalogueEntry } from '../domain/catalogue.ts';

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
