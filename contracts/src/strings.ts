import { type Static, type StringOptions, Type } from '@sinclair/typebox';

// Loads the formats as well, without which TypeBox refuses every id and time.
export { isUuid } from './formats.ts';

/** Souk makes UUIDv7; reading accepts every version. HTTP accepts either case and makes ids lower-case on entry. */
export const Uuid = Type.String({ format: 'uuid' });
export type Uuid = Static<typeof Uuid>;

const SKU_PATTERN = '^[A-Za-z0-9._-]{1,64}$';

export const Sku = Type.String({
  pattern: SKU_PATTERN,
  minLength: 1,
  maxLength: 64,
  description: 'a SKU: 1 to 64 letters from A to Z, digits, dots, dashes and underscores',
});
export type Sku = Static<typeof Sku>;

const SKU = new RegExp(SKU_PATTERN);

export function isSku(text: string): boolean {
  return SKU.test(text);
}

/** A name for URLs: small letters and digits, with single dashes between them. Ids have this form too. */
export const Slug = Type.String({ pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$', minLength: 1, maxLength: 200, description: 'small letters from a to z and digits, with single dashes between them' });

/** RFC 3339 in UTC. In memory and in SQL times are epoch milliseconds; this is their form in JSON. */
export const UtcTime = Type.String({ format: 'date-time' });
export type UtcTime = Static<typeof UtcTime>;

/** NUL ends strings in some databases and tools, so it is refused everywhere. */
const NO_NUL = '^[^\\u0000]*$';
const NO_NUL_NOT_BLANK = '^(?=[^\\u0000]*$)\\s*\\S';
/**
 * Invisible characters: control and format characters, separators, characters that Unicode lets a font leave out (zero widths, Hangul fillers,
 * variation selectors) and the empty Braille cell. Written as ranges, because not every language that reads the schemas knows `\p{...}`; a test
 * compares them with Unicode's own properties. JSON Schema has no single escape for characters beyond U+FFFF, so those are written as they are.
 */
const INVISIBLE = [
  '\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f',
  '\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb',
  '\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}',
].join('');
export const VISIBLE = `[^${INVISIBLE}]`;
/** At least one visible character, and no NUL: for texts that are converted to another form, such as telephone numbers. */
export const SOMETHING_VISIBLE = `^(?=[^\\u0000]*$)[\\s\\S]*${VISIBLE}`;

/** Marks of direction, which turn the text after them, in lists, mails and logs too: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. */
const BIDI = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069';
/** Characters that may end a line elsewhere, control characters and marks of direction. */
export const NOT_IN_A_LINE = `\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029${BIDI}`;
/** The same, except tabs and line breaks. */
const NOT_IN_LINES = `\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f${BIDI}`;
const VISIBLE_LINE = `^(?=[^${NOT_IN_A_LINE}]*$)[\\s\\S]*${VISIBLE}`;
const VISIBLE_LINES = `^(?=[^${NOT_IN_LINES}]*$)[\\s\\S]*${VISIBLE}`;

const A_LINE = 'one line of text in which something is to be seen, so not blank, without control characters or marks of direction';
const LINES = 'text without marks of direction and without control characters other than tabs and line breaks';

/** A pattern needs a `description` that continues "must be": callers are shown it. */
type Words = Pick<StringOptions, 'description' | 'examples' | 'pattern'>;

/**
 * Required text of one line as a caller sends it: names, titles, address lines. Lengths count code points, as JSON Schema says; `patches/` makes
 * TypeBox do so, which by itself counts UTF-16 units.
 */
export function shortText(maxLength = 200, words: Words = {}) {
  return Type.String({ minLength: 1, maxLength, pattern: VISIBLE_LINE, description: A_LINE, ...words });
}

/** The same text once accepted: stored, answered and sent in events. Text accepted under an older rule stays readable. */
export function keptText(maxLength = 200, words: Words = {}) {
  return Type.String({ minLength: 1, maxLength, pattern: NO_NUL_NOT_BLANK, description: 'text that is not blank', ...words });
}

export const Name = shortText();
export const KeptName = keptText();

/** characters */
const FREE_TEXT = 5000;

/** Descriptions, notes: may be empty, and have several lines. */
export const FreeText = Type.String({ maxLength: FREE_TEXT, pattern: `^[^${NOT_IN_LINES}]*$`, description: LINES });

/** The same text once accepted. */
export const KeptFreeText = Type.String({ maxLength: FREE_TEXT, pattern: NO_NUL, description: 'text without NUL' });

/** A required reason: free text that is not blank. */
export const Reason = shortText(FREE_TEXT, { pattern: VISIBLE_LINES, description: `${LINES}, in which something is to be seen` });
/** Maximum bytes of a reason, at four bytes a character. */
export const LONGEST_REASON = 4 * FREE_TEXT;
