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
 * this function changes, a schema step recomputes the stored texts (`storage/fold-anew.ts`).
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
