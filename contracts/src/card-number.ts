/** Digits in groups, with spaces or dashes of any kind between them. */
const DIGIT_GROUPS = /\d+(?:[\s\p{Pd}]+\d+)*/gu;
const BETWEEN_GROUPS = /[\s\p{Pd}]+/u;

const SHORTEST = 13;
const LONGEST = 19;

/**
 * Whether free text holds what could be a card number: 13 to 19 digits, spaces and dashes between them ignored, that
 * pass the Luhn check. A number may stand beside other digits (`2026 4242 4242 ...`), so every sequence of whole
 * groups counts; a piece cut out of one longer unbroken run of digits does not.
 */
export function holdsCardNumber(text: string): boolean {
  for (const [run] of text.matchAll(DIGIT_GROUPS)) {
    if (run.length >= SHORTEST && someSequenceIsCard(run.split(BETWEEN_GROUPS))) return true;
  }
  return false;
}

function someSequenceIsCard(groups: readonly string[]): boolean {
  return groups.some((_, start) => {
    let digits = '';
    for (let next = start; next < groups.length; next += 1) {
      digits += groups[next];
      if (digits.length > LONGEST) return false;
      if (digits.length >= SHORTEST && passesLuhn(digits)) return true;
    }
    return false;
  });
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const weighted = index % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
