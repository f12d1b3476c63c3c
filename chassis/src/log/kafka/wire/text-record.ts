import type { BinaryParts } from '@souk/contracts/log-message';

/** A batch that cannot be read, by its offsets, and why. */
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
   * No message, and the last record of a fetch. `passed`: up to its offset there is nothing more to see (markers of transactions,
   * what was aborted, what was compacted). `held`: there is more, behind a transaction that is open and begins at its offset.
   * Otherwise the next batch, at whose end it stands, is unreadable.
   */
  readonly mark?: 'passed' | 'held' | UnreadableBatch;
}

export function marked(offset: number | bigint, mark: NonNullable<TextRecord['mark']>): TextRecord {
  return { offset: String(offset), timestamp: '0', key: null, value: null, headers: {}, mark };
}
