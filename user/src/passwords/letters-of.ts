/** Signs that stand for letters; 1 and ! stand for i or l. */
const LEET = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '6': 'g', '7': 't', '8': 'b', '9': 'g', '@': 'a', $: 's', '!': 'i', '|': 'l' } as const;

/** Twice the characters that a password may have: one sign can become eighteen letters, and work grows with their square. */
const COMPARED = 256;

/** The form in which texts are compared: without Unicode form, case and accents. Of a longer text only the beginning counts. */
export function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').slice(0, COMPARED);
}

/** The text with signs read as the letters they stand for, in both readings: `p4ssw0rd`, `he11o`. */
export function unleeted(text: string): readonly string[] {
  const asI = Array.from(text).map((sign) => LEET[sign as keyof typeof LEET] ?? sign).join('');
  const asL = Array.from(text).map((sign) => (sign === '1' || sign === '!' ? 'l' : (LEET[sign as keyof typeof LEET] ?? sign))).join('');
  return [asI, asL];
}

/** The text without spaces and the signs of a keyboard. */
export function joined(text: string): string {
  return text.replace(/[\s!-/:-@[-`{-~]/g, '');
}
