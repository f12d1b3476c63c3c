import { type StringOptions, Type } from '@sinclair/typebox';

/** NUL ends strings in some databases and tools, so it is refused everywhere. */
const NO_NUL = '^[^\\u0000]*$';
const NO_NUL_NOT_BLANK = '^(?=[^\\u0000]*$)\\s*\\S';
/**
 * Nobody sees them: control and format characters, separators, what Unicode lets a font leave out (zero widths, Hangul
 * fillers, variation selectors) and the empty Braille cell. Written as ranges, because not every language that reads our
 * schemas knows `\p{...}`; a test holds them against Unicode's own properties. No JSON Schema has one escape for what lies
 * beyond U+FFFF, so those stand as they are.
 */
const INVISIBLE = [
  '\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f\\u1160\\u1680\\u17b4\\u17b5\\u180b-\\u180f\\u2000-\\u200f',
  '\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb',
  '\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}',
].join('');
export const VISIBLE = `[^${INVISIBLE}]`;
/** One of them somewhere, whatever stands beside it but NUL: of texts that are read into another form, such as telephone numbers. */
export const SOMETHING_VISIBLE = `^(?=[^\\u0000]*$)[\\s\\S]*${VISIBLE}`;

/** They turn the direction of what stands behind them, in lists, mails and logs too: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. */
const BIDI = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069';
/** Characters that would end a line somewhere else, and those that only machines understand. */
export const NOT_IN_A_LINE = `\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029${BIDI}`;
/** The same, but for a tab and the ends of lines. */
const NOT_IN_LINES = `\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f${BIDI}`;
const VISIBLE_LINE = `^(?=[^${NOT_IN_A_LINE}]*$)[\\s\\S]*${VISIBLE}`;
const VISIBLE_LINES = `^(?=[^${NOT_IN_LINES}]*$)[\\s\\S]*${VISIBLE}`;

const A_LINE = 'one line of text in which something is to be seen, so not blank, without control characters or marks of direction';
const LINES = 'text without marks of direction and without control characters other than tabs and line breaks';

/** A pattern stands with a `description` that reads on from "must be": it is what callers are told. */
type Words = Pick<StringOptions, 'description' | 'examples' | 'pattern'>;

/**
 * Required text of one line as somebody gives it to us: names, titles, address lines. Lengths count code points, as JSON
 * Schema says; `patches/` teaches that to TypeBox, which counts UTF-16 units.
 */
export function shortText(maxLength = 200, words: Words = {}) {
  return Type.String({ minLength: 1, maxLength, pattern: VISIBLE_LINE, description: A_LINE, ...words });
}

/** The same once it was taken: kept, answered and told. What was taken under an older rule stays readable. */
export function keptText(maxLength = 200, words: Words = {}) {
  return Type.String({ minLength: 1, maxLength, pattern: NO_NUL_NOT_BLANK, description: 'text that is not blank', ...words });
}

export const Name = shortText();
export const KeptName = keptText();

/** characters */
const FREE_TEXT = 5000;

/** Descriptions, notes: may be empty, and have lines. */
export const FreeText = Type.String({ maxLength: FREE_TEXT, pattern: `^[^${NOT_IN_LINES}]*$`, description: LINES });

/** The same once it was taken. */
export const KeptFreeText = Type.String({ maxLength: FREE_TEXT, pattern: NO_NUL, description: 'text without NUL' });

/** A reason somebody must give: free text that says something. */
export const Reason = shortText(FREE_TEXT, { pattern: VISIBLE_LINES, description: `${LINES}, in which something is to be seen` });
/** Bytes of one, of four a character. */
export const LONGEST_REASON = 4 * FREE_TEXT;
