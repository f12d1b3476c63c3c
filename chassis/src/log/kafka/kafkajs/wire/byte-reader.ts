import { notUtf8 } from '../../../not-utf8.ts';

/** Reads the types of the Kafka protocol (https://kafka.apache.org/protocol), big-endian. Throws a RangeError beyond its end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at: number;
  #end: number;
  #textFrom = 0;

  constructor(bytes: Buffer, start = 0) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = bytes.length;
  }

  get position(): number {
    return this.#at;
  }

  skipTo(position: number): void {
    this.#at = position;
  }

  /** Sets the end of what may be read, within its bytes. */
  endAt(position: number): void {
    this.#end = position;
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

  /** The nearest number that JavaScript can hold. */
  nearInt64(): number {
    return this.int32() * 2 ** 32 + (this.int32() >>> 0);
  }

  /** Throws when JavaScript cannot hold it exactly. */
  int64(): number {
    const value = this.nearInt64();
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
      const byte = this.#next();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError('a varint does not end');
  }

  /** Zigzag varint of up to 64 bits. Throws when JavaScript cannot hold it exactly. */
  varlong(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#next();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return exactly(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
    }
    throw new RangeError('a varint does not end');
  }

  /** Skips a varint of up to 64 bits. */
  skipVarlong(): void {
    for (let size = 0; size < 10; size += 1) {
      if (this.#next() < 0x80) return;
    }
    throw new RangeError('a varint does not end');
  }

  varString(): string | null {
    const length = this.varint();
    return length < 0 ? null : this.#text(length);
  }

  /** The bytes of the text that was read last, in base64, if they are not UTF-8; null if the text represents all of them. */
  lossOf(text: string | null): string | null {
    return text === null ? null : notUtf8(text, () => this.#bytes.subarray(this.#textFrom, this.#at));
  }

  #next(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at++] : undefined;
    if (byte === undefined) throw new RangeError('a varint does not end');
    return byte;
  }

  #text(length: number): string {
    this.#textFrom = this.#moved(length);
    return this.#bytes.toString('utf8', this.#textFrom, this.#at);
  }

  #moved(size: number): number {
    const start = this.#at;
    this.#at += size;
    if (size < 0 || this.#at > this.#end) throw new RangeError('the message ends too early');
    return start;
  }
}

function exactly(value: bigint): number {
  if (!Number.isSafeInteger(Number(value))) throw new RangeError(`an int64 of about ${value}`);
  return Number(value);
}
