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

/** Pieces that are asked which of them leads to few products. */
const LEADING_PIECES = 4;

/** Some pieces of these words, of the longest first, and spread over each: by one of them the products with all words are found. */
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

/** Words that are found together. Others, and what is longer, make a search hardly more selective, and each of their pieces costs. */
const LEADING_WORDS = 3;
const LEADING_LENGTH = 8;

/** The beginnings of the longest words that have pieces: by all of them together the products with all words are found. */
export function leadingWords(words: readonly string[]): readonly string[] {
  const beginnings = words.map((word) => Array.from(word).slice(0, LEADING_LENGTH)).filter(({ length }) => length >= GRAM_LENGTH);
  const longest = beginnings.toSorted((a, b) => b.length - a.length).slice(0, LEADING_WORDS);
  return longest.map((characters) => characters.join(''));
}

/** The words of a query; a product is found when its text has every one of them somewhere. */
export function searchWords(query: string): readonly string[] {
  return [...new Set(folded(query).split(' '))].filter((word) => word !== '');
}
