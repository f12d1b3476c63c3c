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

/** Letters that Unicode does not decompose into a plain letter and a mark. */
const PLAIN: Readonly<Record<string, string>> = {
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŋ: 'n',
  ŧ: 't',
};
const NOT_DECOMPOSED = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu');

/**
 * Accents in scripts where a letter without its accent is still the same letter. In other scripts a mark makes another
 * letter: the vowels of Devanagari (फल, फूल) and Thai, the voicing of kana (バス, パス).
 */
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
/** Variation selectors: they choose the look of a character, such as an emoji or a Chinese character. */
const VARIATION = /[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;

/**
 * Text without case, accents and control characters, so that `Café`, `CAFE` and `cafe` are found and sorted as one. When
 * this function changes, a schema step of each engine recomputes the stored texts (`foldAnew`).
 */
export function folded(text: string): string {
  return withoutCase(text.normalize('NFKC').replace(VARIATION, ''))
    .normalize('NFD')
    .replace(ACCENTED, '$1')
    .replace(NOT_DECOMPOSED, (letter) => PLAIN[letter] ?? letter)
    .normalize('NFC')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** Full case folding: a letter whose capital is two letters (ß, SS) or that has two small forms (σ, ς) gets one form. */
function withoutCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
