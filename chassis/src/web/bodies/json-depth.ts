const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The text up to the first place nested deeper than `limit`, with an empty list there and everything closed after it: so little
 * of a deep text is parsed, and the result still shows where it is too deep. undefined: nothing in it is that deep.
 */
export function cutAtDepth(text: string, limit: number): string | undefined {
  let closing = '';
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (closing.length === limit) return `${text.slice(0, at)}[]${closing}`;
      closing = `${code === OPEN_LIST ? ']' : '}'}${closing}`;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) closing = closing.slice(1);
  }
  return undefined;
}

/** The index of the quote that ends the string; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) break;
  }
  return at;
}
