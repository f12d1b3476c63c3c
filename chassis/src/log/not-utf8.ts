import type { BinaryParts } from '@souk/contracts/log-message';

/** Replaces bytes that are not UTF-8 in a decoded text; few original texts contain it. */
const REPLACEMENT = '\uFFFD';

/** UTF-16 units shown of a part that is not text; `binary` has all its bytes. */
const SHOWN = 65_536;

/** The bytes that were decoded to `text`, in base64, if they are not UTF-8; null if the text represents all of them. */
export function notUtf8(text: string, bytes: () => Buffer): string | null {
  if (!text.includes(REPLACEMENT)) return null;
  const original = bytes();
  return original.equals(Buffer.from(text)) ? null : original.toString('base64');
}

export function shownOf(text: string | null): string | null {
  return text?.slice(0, SHOWN) ?? null;
}

/** The parts that are not UTF-8, in base64; undefined if there are none. */
export function binaryParts(key: string | null, value: string | null, headers: NonNullable<BinaryParts['headers']>): BinaryParts | undefined {
  if (key === null && value === null && headers.length === 0) return undefined;
  return { ...(key !== null && { key }), ...(value !== null && { value }), ...(headers.length > 0 && { headers }) };
}

/** True for a text without the replacement character, which may stand for other bytes. */
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
