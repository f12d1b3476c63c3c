/** Reads what the Kafka protocol (https://kafka.apache.org/protocol) lays down, big-endian. Throws a RangeError behind the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
  }

  get position(): number {
    return this.#at;
  }

  skipTo(position: number): void {
    this.#at = position;
  }

  skip(size: number): void {
    this.#at += size;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#moved(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#moved(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#moved(4));
  }

  /** Throws when JavaScript cannot hold it exactly. */
  int64(): number {
    const value = this.int32() * 2 ** 32 + (this.int32() >>> 0);
    if (!Number.isSafeInteger(value)) throw new RangeError(`an int64 of about ${value}`);
    return value;
  }

  string(): string {
    return this.#text(this.int16());
  }

  /** Zigzag varint, at most 32 bits. */
  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError('a varint does not end');
  }

  /** Zigzag varint of up to 64 bits, which nobody asks for. */
  skipVarlong(): void {
    for (let size = 0; size < 10; size += 1) {
      const byte = this.#bytes[this.#at++];
      if (byte !== undefined && byte < 0x80) return;
    }
    throw new RangeError('a varint does not end');
  }

  varString(): string | null {
    const length = this.varint();
    return length < 0 ? null : this.#text(length);
  }

  #text(length: number): string {
    const start = this.#moved(length);
    return this.#bytes.toString('utf8', start, this.#at);
  }

  #moved(size: number): number {
    const start = this.#at;
    this.#at += size;
    if (size < 0 || this.#at > this.#bytes.length) throw new RangeError('the message ends too early');
    return start;
  }
}
