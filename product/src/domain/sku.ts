import type { FieldError } from '@souk/contracts/problem';

/** The owner of a SKU. A SKU stays with its product for ever, because orders and stock name it. */
export interface SkuClaim {
  readonly sku: string;
  readonly productId: string;
}

/** Field errors for SKUs that occur twice in one product. */
export function doubledSkus(variants: readonly { readonly sku: string }[]): FieldError[] {
  const seen = new Set<string>();
  return variants.flatMap(({ sku }, index) => {
    if (!seen.has(sku)) {
      seen.add(sku);
      return [];
    }
    return [{ pointer: `/variants/${index}/sku`, detail: 'is the SKU of another variant of this product' }];
  });
}
