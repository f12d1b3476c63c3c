import { folded } from './folded.ts';
import type { Product } from './product.ts';

/** The text of a product that is searched, folded. */
export function searchText({ title, description, variants }: Product): string {
  return [title, description, ...variants.map(({ sku }) => sku)].map(folded).join('\n');
}

/** Characters of a piece (n-gram) in the word indexes. Shorter words are searched for without an index. */
const GRAM_LENGTH = 3;

/** The distinct pieces of a text's words; words shorter than a piece have none. */
export function gramsOf(text: string): string[] {
  const grams = new Set<string>();
  for (const word of text.split(/[ \n]/)) {
    const characters = Array.from(word);
    for (let at = GRAM_LENGTH; at <= characters.length; at += 1) grams.add(characters.slice(at - GRAM_LENGTH, at).join(''));
  }
  return [...grams];
}

/** Pieces that are tried until one leads to few products. */
const LEADING_PIECES = 4;

/** Some pieces of these words, longest words first, spread over each word. Any one of them leads to all products with all words. */
export function leadingPieces(words: readonly string[]): readonly string[] {
  const pieces = words
    .toSorted((a, b) => b.length - a.length)
    .flatMap((word) => {
      const all = gramsOf(word);
      const step = Math.max(1, all.length / (LEADING_PIECES));
      return all.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
    });
  return [...new Set(pieces)].slice(0, LEADING_PIECES);
}

/** Limits of a search for several words together: more or longer words make it hardly more selective, and each of their pieces costs. */
const LEADING_WORDS = 3;
const LEADING_LENGTH = 8;

/** Prefixes of the longest words that have pieces. A search for all of them together finds all products with all words. */
export function leadingWords(words: readonly string[]): readonly string[] {
  const beginnings = words.map((word) => Array.from(word).slice(0, LEADING_LENGTH)).filter(({ length }) => length >= GRAM_LENGTH);
  const longest = beginnings.toSorted((a, b) => b.length - a.length).slice(0, LEADING_WORDS);
  return longest.map((characters) => characters.join(''));
}

/** The words of a query; a product matches when its text contains every one of them. */
export function searchWords(query: string): readonly string[] {
  return [...new Set(folded(query).split(' '))].filter((word) => word !== '');
}
