import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { EnvironmentError } from '../../cli/errors.ts';

/** Files of an embedded shop: a database per service, the log, the simulated gateway's own books, the accounts. */
export interface ShopFiles {
  readonly databases: Readonly<Record<ServiceName, string>>;
  readonly log: string;
  readonly gateway: string;
  /** The accounts of the first admin and of the customer of the stories. */
  readonly accounts: string;
  /** Folder of the mails, written as files: there is no server to take them. */
  readonly mails: string;
}

export function shopFiles(folder: string): ShopFiles {
  const database = (service: ServiceName) => join(folder, `${service}.db`);
  return {
    databases: Object.fromEntries(SERVICES.map((service) => [service, database(service)])) as ShopFiles['databases'],
    log: join(folder, 'log.db'),
    gateway: join(folder, 'gateway.db'),
    accounts: join(folder, 'accounts.json'),
    mails: join(folder, 'mail'),
  };
}

/** Permission bits of the group and of others. */
const OTHERS = 0o077;
const ELSEWHERE = 'Or choose another folder: npm start -- --data DIR';

/**
 * Creates the folder for a shop's data, or accepts an existing one that no other user of this machine can look into: it holds
 * passwords and the key that signs access tokens. From then on only this process's user can read what the process writes. Throws
 * EnvironmentError.
 */
export async function privateFolder(folder: string): Promise<void> {
  process.umask(OTHERS);
  await orNotWritable(folder, mkdir(folder, { recursive: true }));
  await refuseOthers(folder);
  // Only after the check: in somebody else's folder this name may be their symbolic link.
  await orNotWritable(folder, Bun.write(`${folder}/.writable`, ''));
  await orNotWritable(folder, closeFiles(folder));
}

/**
 * Makes each file readable by its owner only: earlier versions created files that all could read. The files then stay private
 * even if the folder is opened to others later, or moved.
 */
async function closeFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile() && ((await stat(path)).mode & OTHERS) !== 0) await chmod(path, 0o600);
  }
}

async function refuseOthers(folder: string): Promise<void> {
  const { uid, mode } = await stat(folder);
  const ownId = process.getuid?.();
  // A system without user ids (Windows) has no such modes either.
  if (ownId === undefined) return;
  if (uid !== ownId) throw new EnvironmentError(`${folder} belongs to another user of this machine (id ${uid}), who can read the shop's private key there`, ELSEWHERE.slice(3));
  if ((mode & OTHERS) === 0) return;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  throw new EnvironmentError(`${folder} can be read by others (mode ${shown}), and the shop keeps its private key and passwords there`, `Remove their access: chmod -R go= ${quoted(folder)}\n${ELSEWHERE}`);
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
