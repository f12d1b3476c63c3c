import type { ProductState } from '../domain/catalogue.ts';

/** Asks Product directly, for SKUs that no event has mentioned yet. */
export interface CatalogueLookup {
  /** The products on sale that have one of these SKUs (1 to 100). Throws CatalogueUnavailableError. */
  find(skus: readonly string[]): Promise<readonly ProductState[]>;
}

/** Product did not answer in time, or its answer was not products. */
export class CatalogueUnavailableError extends Error {
  readonly code = 'catalogue-unavailable';
  constructor(options?: ErrorOptions) {
    super('the catalogue cannot be asked', options);
    this.name = 'CatalogueUnavailableError';
  }
}
