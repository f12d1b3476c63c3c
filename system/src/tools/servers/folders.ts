import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../../../..');

/** Scripts that install and run the servers. */
export const SCRIPTS = join(ROOT, 'system/servers');

/** The folder of what they install, once; git ignores it. */
export const SERVER_CACHE = join(ROOT, '.cache/servers');

const DATA = join(ROOT, '.cache/server-data');

/** Creates a folder for a server's data on the project's own disk: on many machines /tmp is memory, where writing costs nothing. */
export async function newDataFolder(name: string): Promise<string> {
  await mkdir(DATA, { recursive: true });
  return mkdtemp(join(DATA, `${name.toLowerCase()}-`));
}
