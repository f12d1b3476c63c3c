import { joined, plain, unleeted } from './letters-of.ts';

/** Shorter words are ignored: they are parts of others. */
const SHORTEST_WORD = 3;
/** Characters beside the words, without and with digits: digits are dates and years, and few other characters are soon tried. */
const FEW_OTHERS = 3;
const FEW_IN_ALL = 8;

/**
 * True when hardly anything is left of a password without the words of these texts: `AdaLovelace1815`, `5ouk-S0uk-souk!`.
 * False for a sentence in which they occur.
 */
export function isMadeOf(password: string, texts: readonly string[]): boolean {
  const words = new Set(texts.flatMap(wordsOf));
  const text = plain(password);
  const forms = new Set([text, ...unleeted(text)].map(joined));
  return [...forms].some((form) => {
    const left = [...words].reduce((rest, word) => rest.replaceAll(word, ''), form);
    return left !== form && left.length <= FEW_IN_ALL && left.replace(/\d/g, '').length <= FEW_OTHERS;
  });
}

/** The words of a text: the whole and its parts, longest first, so that no part breaks a longer one. */
function wordsOf(text: string): readonly string[] {
  const words = [text, ...text.split('@'), ...text.split(/[^\p{L}\p{N}]+/u)].map((word) => joined(plain(word)));
  return words.filter((word) => word.length >= SHORTEST_WORD).toSorted((one, other) => other.length - one.length);
}
