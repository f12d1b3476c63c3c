import type { BinaryParts } from '@souk/contracts/log-message';

/** Stands in a decoded text for bytes that are no UTF-8; few texts have it of their own. */
const REPLACEMENT = '\uFFFD';

/** UTF-16 units that are shown of a part that is no text; all its bytes are beside it. */
const SHOWN = 65_536;

/** The bytes that were decoded to `text`, in base64, when they were no UTF-8; null when the text tells all of them. */
export function notUtf8(text: string, bytes: () => Buffer): string | null {
  if (!text.includes(REPLACEMENT)) return null;
  const original = bytes();
  return original.equals(Buffer.from(text)) ? null : original.toString('base64');
}

export function shownOf(text: string | null): string | null {
  return text?.slice(0, SHOWN) ?? null;
}

/** Undefined when nothing is lost: each part is base64 of what is no UTF-8. */
export function binaryParts(key: string | null, value: string | null, headers: NonNullable<BinaryParts['headers']>): BinaryParts | undefined {
  if (key === null && value === null && headers.length === 0) return undefined;
  return { ...(key !== null && { key }), ...(value !== null && { value }), ...(headers.length > 0 && { headers }) };
}

/** Text, and nothing in it that may stand for something else. */
export function isPlainText(text: unknown): text is string {
  return typeof text === 'string' && !text.includes(REPLACEMENT);
}

/** Key and value of a message as `LogMessage` has them. */
export function decoded(keyBytes: Buffer, valueBytes: Buffer): { readonly key: string; readonly value: string; readonly binary?: BinaryParts } {
  const [key, value] = [keyBytes.toString(), valueBytes.toString()];
  const [lostKey, lostValue] = [notUtf8(key, () => keyBytes), notUtf8(value, () => valueBytes)];
  const binary = binaryParts(lostKey, lostValue, []);
  const shown = (text: string, lost: string | null) => (lost === null ? text : text.slice(0, SHOWN));
  return { key: shown(key, lostKey), value: shown(value, lostValue), ...(binary && { binary }) };
}
