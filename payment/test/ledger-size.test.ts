import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { WAL_LIMIT } from '@souk/chassis/checkpoints';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { openSimulatorLedger } from '../src/gateway/simulator-ledger.ts';

test("the WAL of the simulator's ledger shrinks below its limit with the next writes after a long reader has ended", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'gateway.db');
  const ledger = openSimulatorLedger(path);
  const size = () => statSync(`${path}-wal`).size;
  const tell = (id: string, body: string) => ledger.write(() => ledger.addWebhook({ id, body, dueAt: 0 }));
  const reader = new Database(path, { readonly: true });
  reader.run('begin');
  reader.query('select count(*) from webhooks').get();
  for (let told = 0; told < 50; told += 1) await tell(`evt_${told}`, 'x'.repeat(1024 * 1024));
  expect(size()).toBeGreaterThan(WAL_LIMIT);
  reader.close();
  await tell('evt_copies', 'the whole of it');
  await tell('evt_cuts', 'it off');
  expect(size()).toBeLessThanOrEqual(WAL_LIMIT);
  ledger.close();
});
