import { expect } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { ShopRecords } from '../../../src/verify/shop-records.ts';
import { shopRests } from '../../support/rest.ts';
import { readSnapshot, type Snapshot, violationsIn } from '../../support/snapshot.ts';
import type { SteadyLoad } from './steady-load.ts';

/** An idle writer says every 1.7 s what was sent; a shop at rest is clean soon, or never. */
const CLEAN_LIMIT_MS = 10_000;

/**
 * Ends the load and waits until the shop, which goes on running, has come to rest: then every order that was asked for
 * exists once and has ended, and the checker finds nothing. `before` are loads of the same shop that have ended.
 */
export async function expectEveryPromiseKept(
  records: ShopRecords,
  load: SteadyLoad,
  before: readonly SteadyLoad[] = [],
): Promise<void> {
  await load.finish();
  await shopRests(records);
  const accepted = [...before, load].flatMap((each) => [...each.accepted.values()]);
  const snapshot = await checked(records, accepted);
  expect(snapshot.orders.map(({ id }) => id).toSorted()).toEqual(accepted.toSorted());
  process.stdout.write(`${load.accepted.size} orders; of all: ${endsOf(snapshot)}; repeated: ${repeated(load)}\n`);
}

async function checked(records: ShopRecords, accepted: readonly string[]): Promise<Snapshot> {
  let snapshot = await readSnapshot(records, accepted);
  const isClean = async () => {
    if (violationsIn(snapshot).length === 0) return true;
    snapshot = await readSnapshot(records, accepted);
    return undefined;
  };
  // What is still wrong when time is up is said by the comparison, in words.
  await until('the checker finds nothing', isClean, CLEAN_LIMIT_MS).catch(() => undefined);
  expect(violationsIn(snapshot)).toEqual([]);
  return snapshot;
}

function endsOf({ orders }: Snapshot): string {
  const ends = Map.groupBy(orders, ({ status, reason }) => reason ?? status);
  return [...ends].map(([end, own]) => `${own.length} ${end}`).join(', ');
}

function repeated({ placements }: SteadyLoad): string {
  const kinds = Map.groupBy(placements, ({ status, text }) => status ?? text);
  kinds.delete(202);
  return [...kinds].map(([kind, own]) => `${own.length} x ${kind}`).join(', ') || 'none';
}
