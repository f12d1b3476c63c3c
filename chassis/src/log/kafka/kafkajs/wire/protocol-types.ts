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

/** Writes the types of the Kafka protocol (https://kafka.apache.org/protocol), big-endian, to one buffer that grows. */
export class ByteWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  /** The bytes written; the writer must not be used afterwards. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  get length(): number {
    return this.#at;
  }

  int8(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  int16(value: number): void {
    this.#room(2);
    this.#at = this.#bytes.writeInt16BE(value, this.#at);
  }

  int32(value: number): void {
    this.#room(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  /** A whole number that JavaScript holds exactly. */
  int64(value: number): void {
    this.int32(Math.floor(value / 2 ** 32));
    this.int32(value | 0);
  }

  /** UTF-8 after its length. */
  string(text: string): void {
    const start = this.reserve(2);
    this.#text(text);
    this.#bytes.writeInt16BE(this.#at - start, start - 2);
  }

  /** Zigzag varint, at most 32 bits. */
  varint(value: number): void {
    this.#room(5);
    this.#at = putVarint(this.#bytes, this.#at, value);
  }

  /** UTF-8 after its length as a varint. */
  varString(text: string): void {
    const start = this.#at;
    this.#room(5);
    // Most text is ASCII, and then its length is known in advance; otherwise the written bytes are moved.
    this.#at += varintSize(text.length);
    this.#text(text);
    this.#prefix(start, varintSize(text.length));
  }

  /** The output of `write`, after its length as a varint. */
  varSized(write: () => void): void {
    const start = this.#at;
    const guess = 2;
    this.#room(5);
    this.#at += guess;
    write();
    this.#prefix(start, guess);
  }

  /** Leaves space that `putInt32` fills in later; returns its end. */
  reserve(size: number): number {
    this.#room(size);
    return (this.#at += size);
  }

  putInt32(value: number, at: number): void {
    this.#bytes.writeInt32BE(value | 0, at);
  }

  /** The bytes written from `at` on. */
  since(at: number): Buffer {
    return this.#bytes.subarray(at, this.#at);
  }

  #text(text: string): void {
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    this.#room(text.length * 3);
    this.#at += this.#bytes.write(text, this.#at);
  }

  /** Writes the length of the bytes from `start + guess` on to `start`, and moves them if the guess was wrong. */
  #prefix(start: number, guess: number): void {
    const length = this.#at - start - guess;
    const size = varintSize(length);
    if (size !== guess) {
      this.#room(size);
      this.#bytes.copyWithin(start + size, start + guess, this.#at);
      this.#at += size - guess;
    }
    putVarint(this.#bytes, start, length);
  }

  #room(size: number): void {
    if (this.#at + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + size));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

function putVarint(bytes: Buffer, start: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = start;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

/** Bytes of a length (so not negative) as a zigzag varint. */
function varintSize(length: number): number {
  if (length < 2 ** 6) return 1;
  if (length < 2 ** 13) return 2;
  if (length < 2 ** 20) return 3;
  return length < 2 ** 27 ? 4 : 5;
}
