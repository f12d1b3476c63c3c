/** Stands in a decoded text for bytes that are no UTF-8; few texts have it of their own. */
const REPLACEMENT = '\uFFFD';

/** The bytes that were decoded to `text`, in base64, when they were no UTF-8; null when the text tells all of them. */
export function notUtf8(text: string, bytes: () => Buffer): string | null {
  if (!text.includes(REPLACEMENT)) return null;
  const original = bytes();
  return original.equals(Buffer.from(text)) ? null : original.toString('base64');
}
