/** Output of a decompression, which grows up to its limit. */
export class Unpacked {
  readonly #limit: number;
  #bytes: Buffer;
  #length = 0;

  constructor(limit: number, packed: number) {
    this.#limit = limit;
    this.#bytes = Buffer.allocUnsafe(Math.min(limit, packed * 4));
  }

  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  append(bytes: Buffer): void {
    this.#room(bytes.length);
    this.#length += bytes.copy(this.#bytes, this.#length);
  }

  /** Copies `count` bytes from `distance` bytes before the end; if `count` is larger than `distance`, they repeat. */
  repeat(distance: number, count: number): void {
    if (distance === 0 || distance > this.#length) throw new RangeError('a copy begins before the beginning');
    this.#room(count);
    const from = this.#length - distance;
    for (let copied = 0; copied < count; ) {
      // Each round has twice as much to copy from.
      const size = Math.min(count - copied, distance + copied);
      this.#bytes.copyWithin(this.#length, from, from + size);
      this.#length += size;
      copied += size;
    }
  }

  #room(size: number): void {
    const needed = this.#length + size;
    if (needed > this.#limit) throw new RangeError(`more than ${this.#limit} bytes`);
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
