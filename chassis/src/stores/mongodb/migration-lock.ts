import type { Collection, Db } from 'mongodb';
import { newId } from '../../ids.ts';
import { StorageError } from '../../storage-error.ts';
import { SERVER_NOW } from './server-now.ts';

interface LockDocument {
  readonly _id: string;
  readonly owner: string;
  /** epoch milliseconds of the server's clock */
  readonly leaseUntil: number;
}

const LOCK = 'schema';
const LEASE_MS = 30_000;
/** The other process may be building an index. */
const WAIT_MS = 600_000;
const LOOK_MS = 200;

/** Runs while no other process migrates; `stillHeld` throws when that is not certain any more. */
export async function holdingMigrationLock<T>(db: Db, run: (stillHeld: () => void) => Promise<T>): Promise<T> {
  const locks = db.collection<LockDocument>('migration_locks');
  const owner = newId();
  await waitForLock(locks, owner);
  let lost: unknown;
  const renewal = setInterval(() => {
    renew(locks, owner).catch((error: unknown) => (lost = error));
  }, LEASE_MS / 3);
  try {
    return await run(() => {
      if (lost !== undefined) throw new Error('the lock of the schema was lost', { cause: lost });
    });
  } finally {
    clearInterval(renewal);
    await locks.deleteOne({ _id: LOCK, owner });
  }
}

async function waitForLock(locks: Collection<LockDocument>, owner: string): Promise<void> {
  const limit = performance.now() + WAIT_MS;
  while (!(await acquire(locks, owner))) {
    if (performance.now() > limit) throw new StorageError('retry', new Error(`another migration has been running for ${WAIT_MS} ms`));
    await Bun.sleep(LOOK_MS);
  }
}

/** Takes the lock in one statement if it is free or its lease has run out. A missing `leaseUntil` sorts before numbers. */
async function acquire(locks: Collection<LockDocument>, owner: string): Promise<boolean> {
  const free = { $lt: ['$leaseUntil', SERVER_NOW] };
  const taken = await locks.findOneAndUpdate(
    { _id: LOCK },
    [
      {
        $set: {
          owner: { $cond: [free, { $literal: owner }, '$owner'] },
          leaseUntil: { $cond: [free, { $add: [SERVER_NOW, LEASE_MS] }, '$leaseUntil'] },
        },
      },
    ],
    { upsert: true, returnDocument: 'after' },
  );
  return taken?.owner === owner;
}

async function renew(locks: Collection<LockDocument>, owner: string): Promise<void> {
  const later = [{ $set: { leaseUntil: { $add: [SERVER_NOW, LEASE_MS] } } }];
  const { matchedCount } = await locks.updateOne({ _id: LOCK, owner }, later);
  if (matchedCount === 0) throw new Error('somebody else has it');
}
