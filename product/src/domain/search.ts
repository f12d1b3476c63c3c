import { folded } from './folded.ts';
import type { Product } from './product.ts';

/** Everything of a product that a search looks through. */
export function searchText({ title, description, variants }: Product): string {
  return [title, description, ...variants.map(({ sku }) => sku)].map(folded).join('\n');
}

/** What the indexes for words are made of: pieces of this many characters. Shorter words are looked for without one. */
const GRAM_LENGTH = 3;

/** Every piece of the words of a text, once; none of words that are shorter than a piece. */
export function gramsOf(text: string): string[] {
  const grams = new Set<string>();
  for (const word of text.split(/[ \n]/)) {
    const characters = Array.from(word);
    for (let at = GRAM_LENGTH; at <= characters.length; at += 1) grams.add(characters.slice(at - GRAM_LENGTH, at).join(''));
  }
  return [...grams];
}

/** The words of a query; a product is found when its text has every one of them somewhere. */
export function searchWords(query: string): readonly string[] {
  return [...new Set(folded(query).split(' '))].filter((word) => word !== '');
}
