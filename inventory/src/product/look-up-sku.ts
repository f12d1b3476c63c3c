import type { CatalogueEntry } from '../domain/catalogue-entry.ts';

/**
 * Asks Product for a SKU that is not in our copy yet; null: Product knows none. `authorization` is the caller's own
 * header: staff may see drafts. Throws ProductAwayError when there is no answer.
 */
export type LookUpSku = (sku: string, authorization: string | null) => Promise<CatalogueEntry | null>;

/** Whether the SKU exists cannot be known right now. */
export class ProductAwayError extends Error {
  readonly code = 'product-away';
  constructor(options?: ErrorOptions) {
    super('Product gave no answer', options);
    this.name = 'ProductAwayError';
  }
}
