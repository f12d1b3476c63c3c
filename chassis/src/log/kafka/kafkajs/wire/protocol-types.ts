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
