import { expect, test } from 'bun:test';
import type { DeadLetterStatus } from '@souk/contracts/http/ops';
import type { Page } from '@souk/contracts/paging';
import { ask } from '../../src/shop/ask.ts';
import { message, poisoned } from '../support/events.ts';
import { onEveryEngine } from '../support/on-every-engine.ts';
import type { OpenShop } from '../support/open-shop.ts';

/** One of those who read `user.deleted`. */
const READER = 'order';

/** Messages that nobody can read, of as many people. */
function unreadable(count: number) {
  const deletedAt = new Date().toISOString();
  return Array.from({ length: count }, () => Bun.randomUUIDv7()).map((userId) =>
    poisoned(message('user.deleted', userId, { userId, deletedAt })),
  );
}

async function pageOf(shop: OpenShop, query: string): Promise<Page<DeadLetterStatus>> {
  const { status, text } = await ask(`${shop.urls[READER]}/ops/dead-letters?${query}`, { token: shop.staff });
  expect(status).toBe(200);
  return JSON.parse(text) as Page<DeadLetterStatus>;
}

onEveryEngine('dead letters', (openShop) => {
  test('are listed page by page, each once, while others are added and discarded', async () => {
    await using shop = await openShop();
    const [first, second] = [unreadable(7), unreadable(3)];
    await shop.hears(first);
    await shop.rest();
    const ids = (await pageOf(shop, 'limit=100')).items.map(({ id }) => id);
    expect(ids).toHaveLength(first.length);

    let page = await pageOf(shop, 'limit=2');
    const seen = [...page.items];
    await shop.hears(second);
    await shop.rest();
    for (const id of [ids[0], ids[6]]) await shop.client.discard(READER, shop.staff, id ?? '', 'nobody will ever read this');
    while (page.nextCursor !== null) {
      page = await pageOf(shop, `limit=2&cursor=${page.nextCursor}`);
      seen.push(...page.items);
    }
    const seenIds = seen.map(({ id }) => id);
    expect(seenIds).toHaveLength(new Set(seenIds).size);
    expect(ids.filter((id) => !seenIds.includes(id))).toEqual([]);
    const keys = (await pageOf(shop, 'limit=100')).items.map(({ key }) => key);
    expect(keys.toSorted()).toEqual([...first, ...second].map(({ key }) => key).toSorted());
  }, 120_000);

  test('are found by status, topic, key and cause, also page by page', async () => {
    await using shop = await openShop();
    const messages = unreadable(5);
    await shop.hears(messages);
    await shop.rest();
    const all = (await pageOf(shop, 'limit=100')).items;
    const [first, second] = all;
    const discarded = await shop.client.discard(READER, shop.staff, first?.id ?? '', 'nobody will ever read this');
    const idsOf = async (query: string) => (await pageOf(shop, query)).items.map(({ id }) => id);
    const dead = all.slice(1).map(({ id }) => id);
    expect(await idsOf('status=dead')).toEqual(dead);
    expect(await idsOf('status=discarded&kind=unhandled')).toEqual([discarded.id]);
    expect(await idsOf('status=redriven')).toEqual([]);
    expect(await idsOf(`key=${second?.key}`)).toEqual([second?.id ?? '']);
    expect(await idsOf(`key=${second?.key.toUpperCase()}`)).toEqual([second?.id ?? '']);
    expect(await idsOf('topic=user.deleted&status=dead')).toEqual(dead);
    expect(await idsOf('topic=order.created')).toEqual([]);
    expect(await idsOf(`cause=${encodeURIComponent(second?.cause ?? '')}`)).toEqual(all.map(({ id }) => id));
    expect(await idsOf('cause=the%20value%20is%20n')).toEqual(all.map(({ id }) => id));
    expect(await idsOf('cause=no%20such')).toEqual([]);
    const page = await pageOf(shop, 'status=dead&limit=3');
    expect([...page.items.map(({ id }) => id), ...(await idsOf(`status=dead&limit=3&cursor=${page.nextCursor}`))]).toEqual(dead);
  }, 120_000);
});
