export interface ByteRange {
  readonly from: number;
  /** the last byte, inclusive */
  readonly to: number;
}

const ONE_RANGE = /^bytes=(?<from>\d{0,15})-(?<to>\d{0,15})$/;

/**
 * The range that a Range header asks for (RFC 9110, 14.2). undefined: everything, also for several ranges or a header
 * that is not understood; 'none': beyond the end. `size` in bytes, above 0.
 */
export function byteRange(header: string | null, size: number): ByteRange | 'none' | undefined {
  const { from = '', to = '' } = ONE_RANGE.exec(header ?? '')?.groups ?? {};
  if (from === '' && to === '') return undefined;
  if (from === '') return Number(to) === 0 ? 'none' : { from: Math.max(0, size - Number(to)), to: size - 1 };
  if (to !== '' && Number(to) < Number(from)) return undefined;
  if (Number(from) >= size) return 'none';
  return { from: Number(from), to: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}
