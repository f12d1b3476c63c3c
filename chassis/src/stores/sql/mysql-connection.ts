import type { PoolConnection } from 'mysql2';
import { StorageError } from '../../storage-error.ts';
import { mysqlError } from './mysql-errors.ts';

/** Characters of one packet at most: 48 MB in UTF-8, of the server's usual 64 MB. */
const PACKET_LIMIT = 16_000_000;
const MOST_BYTES_PER_CHARACTER = 3;

/** One connection of a pool, used by one caller at a time. */
export class MysqlConnection {
  readonly #raw: PoolConnection;
  readonly #answerMs: number;
  /** Bytes of one packet that the server accepts (`max_allowed_packet`). Beyond that it sends an error and hangs up, and the error may be lost. */
  #packetBytes = Infinity;
  #prepared: Promise<void> | undefined;

  constructor(raw: PoolConnection, answerMs: number) {
    this.#raw = raw;
    this.#answerMs = answerMs;
  }

  /** Sends `settings` on the first call only. */
  prepare(settings: string): Promise<void> {
    return (this.#prepared ??= this.#begin(settings));
  }

  async #begin(settings: string): Promise<void> {
    await this.send(settings);
    const [row] = (await this.send('select @@max_allowed_packet as bytes')) as readonly { readonly bytes: number }[];
    this.#packetBytes = row?.bytes ?? Infinity;
  }

  /**
   * Sends a text and returns mysql2's result, within `limitMs` or the limit of any answer, whichever is less. Throws `StorageError`;
   * after `connection` it cannot be used any more.
   */
  async send(text: string, limitMs = Infinity): Promise<unknown> {
    this.#expectToFit(text);
    try {
      return await this.#answerTo(text, Math.min(limitMs, this.#answerMs));
    } catch (error) {
      const failure = mysqlError(error);
      if (failure.code === 'connection') this.discard();
      throw failure;
    }
  }

  #expectToFit(text: string): void {
    if (text.length > PACKET_LIMIT) throw new StorageError('other', new Error(`a packet of ${text.length} characters is too long`));
    // One byte of the packet is the command.
    if (text.length * MOST_BYTES_PER_CHARACTER < this.#packetBytes || Buffer.byteLength(text) < this.#packetBytes) return;
    const why = `a packet of ${text.length} characters is too long for max_allowed_packet = ${this.#packetBytes}`;
    throw new StorageError('other', new Error(why), 'the server wants its usual 64 MB');
  }

  /** Gives it back to the pool, unless it was discarded. */
  release(): void {
    this.#raw.release();
  }

  discard(): void {
    this.#raw.destroy();
    // `destroy` closes its own side only, and a frozen server never answers to that.
    (this.#raw as unknown as { readonly stream: { destroy(): void } }).stream.destroy();
  }

  /** mysql2's own time limit would leave the connection busy and in the pool. */
  #answerTo(text: string, limitMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new StorageError('connection', new Error(`no answer from MySQL within ${Math.round(limitMs)} ms`)));
      }, limitMs);
      this.#raw.query(text, (error, results) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(results);
      });
    });
  }
}
