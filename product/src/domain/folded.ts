/** Letters that Unicode does not take apart into a plain letter and a mark. */
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
 * Accents of the scripts in which a letter without them is still the letter. Elsewhere a mark makes another letter: the
 * vowels of Devanagari (फल, फूल) and Thai, the voice of kana (バス, パス).
 */
const ACCENTED = /([\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}+/gu;
/** They choose a letter's look: of an emoji, of a Chinese character. */
const VARIATION = /[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;

/**
 * Text without case, accents and control characters, so that `Café`, `CAFE` and `cafe` are found and sorted as one. What is
 * stored of it is made anew by a step of the schema when this changes (`storage/fold-anew.ts`).
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

/** Full case folding: what has a capital of two letters (ß, SS) and what has two small ones (σ, ς) is the same as those. */
function withoutCase(text: string): string {
  return text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');
}
