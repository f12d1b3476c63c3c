import { problem } from '@souk/chassis/http/problem';
import type { CatalogueEntry } from '../domain/catalogue-entry.ts';
import { type LookUpSku, ProductAwayError } from '../product/look-up-sku.ts';

/** null: Product knows no such SKU. Throws the 503 problem while that cannot be known. */
export type SkuCheck = (sku: string, request: Request) => Promise<CatalogueEntry | null>;

/** For SKUs that are not in our copy: Product's event may still be on its way, so Product is asked. */
export function skuCheck(lookUpSku: LookUpSku): SkuCheck {
  return async (sku, request) => {
    try {
      return await lookUpSku(sku, request.headers.get('authorization'));
    } catch (cause) {
      if (!(cause instanceof ProductAwayError)) throw cause;
      throw problem('unavailable', {
        detail: 'Whether this SKU exists cannot be found out right now.',
        headers: { 'retry-after': '2' },
      });
    }
  };
}
