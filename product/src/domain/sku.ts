import type { FieldError } from '@souk/contracts/problem';

/** Who owns a SKU; it stays with its product for good, because orders and stock name it. */
export interface SkuClaim {
  readonly sku: string;
  readonly productId: string;
}

/** The places of SKUs that stand in one product twice. */
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
