import { expect, test } from 'bun:test';
import { seedShop } from '../src/shop/seed-shop.ts';
import { playStory, STORIES } from '../src/shop/stories.ts';
import { onEveryEngine } from './support/on-every-engine.ts';

onEveryEngine('the three stories', (openShop) => {
  test('end as they should, twice in a row on the same data', async () => {
    await using shop = await openShop();
    const customer = await shop.customer();
    for (const round of [1, 2]) {
      await seedShop(shop.client, shop.staff);
      for (const story of STORIES) {
        const { asTold, status, reason, timeline } = await playStory(shop.client, customer, story, () => undefined);
        expect({ round, story: story.name, asTold, status, reason }).toEqual({
          round,
          story: story.name,
          asTold: true,
          ...story.ends,
        });
        expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_, i) => i + 1));
      }
    }
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
