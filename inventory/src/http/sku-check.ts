import { askedTogether } from '@souk/chassis/web/sign-in/asked-together';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import type { CatalogueEntry } from '../domain/catalogue.ts';
import { type LookUpSkus, ProductAwayError } from '../product/look-up-skus.ts';

/** null: Product has no such SKU that the caller may see. Throws the 503 problem while Product cannot say. */
export type SkuCheck = (sku: string, request: Request, isStaff: boolean) => Promise<CatalogueEntry | null>;

/** `cure`: what the caller can do. */
export function skuUnknown(sku: string, cure: string): Problem {
  return problem('not-found', { detail: `No product has the SKU ${sku}: ${cure}.` });
}

/**
 * Checks SKUs that are not in our copy: Product's event may still be on its way, so Product is asked. Callers other than
 * staff cause at most a few calls a second, whatever SKUs they make up: a new SKU arrives by its event anyway.
 */
export function skuCheck(lookUpSkus: LookUpSkus): SkuCheck {
  const onSale = askedTogether<CatalogueEntry>({
    fetch: async (skus) => new Map((await lookUpSkus(skus, null)).map((entry) => [entry.sku, entry])),
    busy: () => new ProductAwayError({ cause: new Error('too many SKUs wait to be asked for') }),
  });
  return async (sku, request, isStaff) => {
    try {
      if (!isStaff) return (await onSale(sku)) ?? null;
      const [entry = null] = await lookUpSkus([sku], request.headers.get('authorization'));
      return entry;
    } catch (cause) {
      if (!(cause instanceof ProductAwayError)) throw cause;
      throw problem('unavailable', {
        detail: `Whether there is a product with the SKU ${sku} cannot be found out right now: try again in 2 s.`,
        headers: { 'retry-after': '2' },
      });
    }
  };
}
