import { folded } from './folded.ts';

/** Leaves room for a suffix within the 200 characters of a slug. */
const BASE_LENGTH = 180;
const NUMBERED = 10;

/** Who owns a slug. */
export interface SlugClaim {
  readonly slug: string;
  readonly productId: string;
}

/**
 * What a product without a slug of its own may be called, the best first: from the title, else (a title in letters that
 * have no Latin form) from its first SKU, then the same with a number.
 */
export function slugCandidates(title: string, firstSku: string): readonly [string, ...string[]] {
  const base = slugFrom(title) || slugFrom(firstSku) || 'product';
  return [base, ...Array.from({ length: NUMBERED - 1 }, (_, index) => `${base}-${index + 2}`)];
}

/** When all numbered ones are taken: the random end of the product's own id makes it unique. */
export function lastResortSlug(base: string, productId: string): string {
  return `${base}-${productId.slice(-12)}`;
}

function slugFrom(text: string): string {
  const joined = folded(text)
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-');
  return joined.replace(/^-/, '').slice(0, BASE_LENGTH).replace(/-$/, '');
}
