import { Type } from '@sinclair/typebox';

/** NUL ends strings in some databases and tools, so it is refused everywhere. */
const NO_NUL = '^[^\\u0000]*$';
const NO_NUL_NOT_BLANK = '^(?=[^\\u0000]*$)\\s*\\S';

/** Required text of one idea: names, titles, address lines. Not blank; length in UTF-16 units. */
export function shortText(maxLength = 200) {
  return Type.String({ minLength: 1, maxLength, pattern: NO_NUL_NOT_BLANK });
}

export const Name = shortText();

/** Descriptions, notes: may be empty. */
export const FreeText = Type.String({ maxLength: 5000, pattern: NO_NUL });

/** A reason somebody must give: free text that says something. */
export const Reason = shortText(5000);
