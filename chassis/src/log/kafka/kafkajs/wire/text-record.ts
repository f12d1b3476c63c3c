import type { BinaryParts } from '@souk/contracts/log-message';

/** A batch that cannot be read: its first and last offset, and the reason. */
export interface UnreadableBatch {
  readonly from: string;
  readonly to: string;
  readonly cause: string;
}

/** A record as kafkajs gives it, with text where kafkajs has buffers. */
export interface TextRecord {
  readonly offset: string;
  /** Milliseconds since 1970. */
  readonly timestamp: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly binary?: BinaryParts;
  /**
   * Set on the last record of a fetch, which is no message then. `passed`: up to its offset there is nothing more to see
   * (transaction markers, aborted or compacted records). `held`: there is more, behind an open transaction that begins at its
   * offset. Otherwise the next batch is unreadable, and the record has the offset of its end.
   */
  readonly mark?: 'passed' | 'held' | UnreadableBatch;
}

export function marked(offset: number | bigint, mark: NonNullable<TextRecord['mark']>): TextRecord {
  return { offset: String(offset), timestamp: '0', key: null, value: null, headers: {}, mark };
}
