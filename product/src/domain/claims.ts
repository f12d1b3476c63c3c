import type { FieldError } from '@souk/contracts/problem';
import { folded } from './search.ts';

/** The owner of a SKU. A SKU stays with its product for ever, because orders and stock name it. */
export interface SkuClaim {
  readonly sku: string;
  readonly productId: string;
}

/** The owner of a slug. */
export interface SlugClaim {
  readonly slug: string;
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

/** Maximum length without suffix: leaves room for one within the 200 characters of a slug. */
const BASE_LENGTH = 180;
const NUMBERED = 10;

/**
 * Slug candidates for a product that asked for none, best first: from its title, else (when the letters of the title
 * have no Latin form) from its first SKU, then the same with a number.
 */
export function slugCandidates(title: string, firstSku: string): readonly [string, ...string[]] {
  const base = slugFrom(title) || slugFrom(firstSku) || 'product';
  return [base, ...Array.from({ length: NUMBERED - 1 }, (_, index) => `${base}-${index + 2}`)];
}

/** The slug when all numbered ones are taken: the random end of the product's id makes it unique. */
export function lastResortSlug(base: string, productId: string): string {
  return `${base}-${productId.slice(-12)}`;
}

function slugFrom(text: string): string {
  const joined = folded(text)
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-');
  return joined.replace(/^-/, '').slice(0, BASE_LENGTH).replace(/-$/, '');
}
