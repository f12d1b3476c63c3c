import type { CatalogueEntry } from '../domain/catalogue-entry.ts';

/**
 * Asks Product for SKUs; what it does not know is not in the answer. `authorization` is the caller's own header: staff may
 * see drafts, and without one only what is on sale is there. Throws ProductAwayError when there is no answer.
 */
export type LookUpSkus = (skus: readonly string[], authorization: string | null) => Promise<readonly CatalogueEntry[]>;

/** Nobody can say right now whether the SKU exists. */
export class ProductAwayError extends Error {
  readonly code = 'product-away';
  constructor(options?: ErrorOptions) {
    super('Product gave no answer', options);
    this.name = 'ProductAwayError';
  }
}
