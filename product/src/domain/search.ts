import { folded } from './folded.ts';
import type { Product } from './product.ts';

/** Everything of a product that a search looks through. */
export function searchText({ title, description, variants }: Product): string {
  return [title, description, ...variants.map(({ sku }) => sku)].map(folded).join('\n');
}

/** The words of a query; a product is found when its text has every one of them somewhere. */
export function searchWords(query: string): readonly string[] {
  return [...new Set(folded(query).split(' '))].filter((word) => word !== '');
}
