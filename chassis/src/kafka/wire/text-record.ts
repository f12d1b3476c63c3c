/** A record as kafkajs gives it, with text where kafkajs has buffers. */
export interface TextRecord {
  readonly offset: string;
  /** Milliseconds since 1970. */
  readonly timestamp: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | null>>;
}
