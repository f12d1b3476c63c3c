import { afterEach, beforeEach, expect, setSystemTime, test } from 'bun:test';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import type { Gateway } from '../src/gateway/gateway.ts';
import { openSimulator } from '../src/gateway/simulator.ts';
import { openSimulatorLedger } from '../src/gateway/simulator-ledger.ts';
import { eur, NOW } from './builders.ts';

const HOUR_MS = 3_600_000;
const LATE_MS = 60_000;
const { signal } = new AbortController();

/** The database's. */
let now: number;
let folder: TemporaryFolder;
let ahead: Gateway;
let right: Gateway;
beforeEach(() => {
  now = NOW;
  folder = temporaryFolder();
  const open = () => openSimulator({ path: join(folder.path, 'gateway.db'), now: async () => now, latencyMs: 0, slowMs: 0, lateMs: LATE_MS, webhookSecrets: [] });
  [ahead, right] = [open(), open()];
});
afterEach(async () => {
  setSystemTime();
  await ahead.close();
  await right.close();
  folder.remove();
});

/** What a replica does whose machine's clock is an hour ahead. */
async function anHourAhead<T>(run: () => Promise<T>): Promise<T> {
  setSystemTime(new Date(Date.now() + HOUR_MS));
  try {
    return await run();
  } finally {
    setSystemTime();
  }
}

const charge = (gateway: Gateway, token: string) => gateway.charge({ key: 'payment:1', amount: eur(1000), token }, signal);

test('a charge that succeeded for one replica has succeeded for the other and can be refunded, whatever their clocks say', async () => {
  const charged = await anHourAhead(() => charge(ahead, 'tok_ok'));
  if (charged.status !== 'succeeded') throw new Error(charged.status);
  expect(await right.findCharge('payment:1', signal)).toEqual(charged);
  const refund = { key: 'refund:1', amount: eur(1000), chargeReference: charged.reference };
  expect(await right.refund(refund, signal)).toMatchObject({ status: 'succeeded' });
});

test('a late charge succeeds at the same time for both, and its webhook is due then', async () => {
  expect(await anHourAhead(() => charge(ahead, 'tok_late_capture'))).toEqual({ status: 'pending' });
  const ledger = openSimulatorLedger(join(folder.path, 'gateway.db'));
  now += LATE_MS - 1;
  for (const gateway of [ahead, right]) expect(await gateway.findCharge('payment:1', signal)).toEqual({ status: 'pending' });
  expect(ledger.hasDueWebhook(now)).toBe(false);
  now += 1;
  for (const gateway of [ahead, right]) expect(await gateway.findCharge('payment:1', signal)).toMatchObject({ status: 'succeeded' });
  expect(ledger.hasDueWebhook(now)).toBe(true);
  ledger.close();
});
