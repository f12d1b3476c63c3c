import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../../cli/errors.ts';

/** Access of the group and of everybody. */
const OTHERS = 0o077;
const ELSEWHERE = 'Or choose another folder: npm start -- --data DIR';

/**
 * Makes the folder of a shop's data, or takes one that is there, when nobody else of this machine can look into it: it has the
 * key that signs access tokens, and passwords. From then on whatever this process writes is its user's alone. Throws EnvironmentError.
 */
export async function privateFolder(folder: string): Promise<void> {
  process.umask(OTHERS);
  await orNotWritable(folder, mkdir(folder, { recursive: true }));
  await refuseOthers(folder);
  // Not before: in a folder of others the name may be a link of theirs.
  await orNotWritable(folder, Bun.write(`${folder}/.writable`, ''));
  await orNotWritable(folder, closeFiles(folder));
}

/** Versions before made files that all could read. Closed themselves, they stay so in a folder that is opened one day, or moved. */
async function closeFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile() && ((await stat(path)).mode & OTHERS) !== 0) await chmod(path, 0o600);
  }
}

async function refuseOthers(folder: string): Promise<void> {
  const { uid, mode } = await stat(folder);
  const ownId = process.getuid?.();
  // A system without such users (Windows) has no such modes either.
  if (ownId === undefined) return;
  if (uid !== ownId) throw new EnvironmentError(`${folder} belongs to another user of this machine (id ${uid}), who can read the shop's private key there`, ELSEWHERE.slice(3));
  if ((mode & OTHERS) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw new EnvironmentError(`${folder} can be read by others (mode ${shown}), and the shop keeps its private key and passwords there`, `Take that from them: chmod -R go= ${quoted(folder)}\n${ELSEWHERE}`);
}

async function orNotWritable(folder: string, writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError(`${folder} cannot be written: ${why}`, 'Choose another folder: npm start -- --data DIR', { cause });
  }
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
