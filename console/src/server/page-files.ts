import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

/** A file that browsers are sent, compressed. */
export interface PageFile {
  readonly type: string;
  readonly gzip: Uint8Array<ArrayBuffer>;
  /** Its name changes with its content. */
  readonly isForGood: boolean;
}

/** By path. */
export type PageFiles = ReadonlyMap<string, PageFile>;

// In a thread of its own: the largest file takes a third of a second.
const compressed = promisify(gzip);

export async function pageFile(type: string, bytes: Uint8Array, isForGood: boolean): Promise<PageFile> {
  return { type, gzip: new Uint8Array(await compressed(bytes, { level: constants.Z_BEST_COMPRESSION })), isForGood };
}
