import { expect } from 'bun:test';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import fc from 'fast-check';
import { openSqliteInventoryStore } from '../src/storage/open-sqlite.ts';
import { happen, settingOf, stories, type Story } from './random-history.ts';
import { seeded } from './seeded.ts';
import { expectStockIsRight } from './stock-is-right.ts';
import { ledgerOf, openStockroom } from './stockroom.ts';

/** Tells a story to a new stockroom; answers what is there afterwards, with small numbers for ids and without times. */
async function outcomeOf(story: Story, batchLimit: number) {
  const { store, close } = await temporaryStore(openSqliteInventoryStore);
  const room = await openStockroom(store, { batchLimit });
  try {
    const setting = await settingOf(room);
    await Promise.all(story.happenings.map((what) => happen(room, setting, story, what)));
    await expectStockIsRight(store, setting.orders);
    const names = new Map([...setting.warehouses, ...setting.orders].map((id, index) => [id, `#${index}`]));
    const named = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, text) => names.get(text) ?? text));
    const ledger = (await ledgerOf(store)).map(
      ({ id: _id, at: _at, actor: _actor, eventId: _event, reference, ...seen }) => {
        return { ...seen, reference: names.get(reference) ?? 'by hand' };
      },
    );
    const reservations = await Promise.all(setting.orders.map((order) => store.reads.reservation(order)));
    return {
      ledger: named(ledger),
      levels: named(await store.reads.levelsPage({ after: undefined, limit: 100 })),
      warehouses: named(await store.reads.warehouses({ before: undefined, limit: 100 })),
      reservations: named(reservations.map((one) => one && { ...one, createdAt: 0, updatedAt: 0 })),
      events: room.events.map(({ stream, version, type, data }) => ({
        stream: stream.replace(/^reservation:(.*)$/, (_, order) => names.get(order) ?? 'an order'),
        version,
        type,
        data: named(JSON.parse(data)),
      })),
    };
  } finally {
    await room.close();
    await close();
  }
}

seeded(
  'any history of messages leaves correct stock, and the same in one batch as one by one',
  fc.asyncProperty(stories, async (story) => {
    const batched = await outcomeOf(story, 500);
    expect(batched).toEqual(await outcomeOf(story, 1));
    for (const events of Map.groupBy(batched.events, ({ stream }) => stream).values()) {
      expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    }
  }),
  { runs: 60, limitMs: 60_000 },
);
