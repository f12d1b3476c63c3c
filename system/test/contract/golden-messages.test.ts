import { expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@souk/chassis/testing/until';
import type { DeadLetterStatus } from '@souk/contracts/http/ops';
import type { LogMessage } from '@souk/contracts/log-message';
import { SERVICES } from '@souk/contracts/services';
import { openFactStore } from '../../src/verify/fact-store.ts';
import { openShopOn } from '../support/open-shop.ts';
import { embeddedGround } from '../support/embedded-ground.ts';

const GOLDEN = join(import.meta.dir, '../../../contracts/golden');

const golden = readdirSync(GOLDEN).toSorted().flatMap((name) => JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')) as LogMessage[]);

/** The listed answers to what cannot happen in this shop, which never had the orders that the messages are about. */
const ANOMALY = /: there is no such order$|for an order whose stock was refused$/;

test('messages of every published version are handled by every service that reads them', async () => {
  await using shop = await openShopOn(embeddedGround)();
  await shop.hears(golden);
  await until('every message is handled', async () => (await shop.records.unhandled()) === 0, 30_000);
  const letters = await Promise.all(SERVICES.map(async (service) => (await shop.client.deadLetters(service, shop.staff)).items));
  const causes = letters.flat().map(({ topic, cause }: DeadLetterStatus) => ({ topic, cause }));
  expect(causes.filter(({ cause }) => !ANOMALY.test(cause))).toEqual([]);
  using facts = openFactStore();
  for (const service of SERVICES) await shop.records.messaging(service, facts);
  expect(facts.all('backlogs').map(({ parked }) => parked)).toEqual([0, 0, 0, 0, 0]);
}, 60_000);
