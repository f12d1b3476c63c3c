import { expect, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { shopFiles } from '../../src/shop/embedded/shop-files.ts';
import { embeddedGround } from '../support/embedded-ground.ts';
import { openShopOn } from '../support/open-shop.ts';
import { stockUp } from '../support/ordering.ts';

const DESCRIPTION = join(import.meta.dir, '../../../contracts/asyncapi.json');

interface Described {
  readonly operations: Readonly<Record<string, { readonly bindings?: { readonly kafka: { readonly groupId: { readonly const: string } } } }>>;
}

test('the groups that have read from the log are those that asyncapi.json names', async () => {
  const { operations } = (await Bun.file(DESCRIPTION).json()) as Described;
  const named = new Set(Object.values(operations).flatMap(({ bindings }) => bindings?.kafka.groupId.const ?? []));
  await using shop = await openShopOn(embeddedGround)();
  await stockUp(shop.client, shop.staff, { LAMP: [1] });
  await shop.close();
  using log = new Database(shopFiles(String(shop.verifyParameters[1])).log, { readonly: true });
  const joined = log.query<{ name: string }, []>('select distinct group_name as name from offsets').all();
  expect(joined.length).toBeGreaterThan(0);
  expect([...named]).toEqual(expect.arrayContaining(joined.map(({ name }) => name)));
}, 60_000);
