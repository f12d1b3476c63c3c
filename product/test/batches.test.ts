import { describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { StoredEvent } from '@souk/chassis/engine/writer/writer-store';
import { Writer } from '@souk/chassis/engine/writer/writer';
import fc from 'fast-check';
import type { ProductCollections } from '../src/storage/product-store.ts';
import { mongoDatabase, type ProductDatabase, sqliteDatabase } from './product-databases.ts';
import { EVERYTHING } from './product-store-fixture.ts';
import { type Command, commands, submit, type There } from './random-commands.ts';

const PRODUCTS: readonly Command[] = [0, 1, 2].map((index) => ({
  kind: 'create',
  title: 'Before',
  slug: `before-${index}`,
  skus: [`S${index}`],
}));
const CATEGORIES: readonly Command[] = [0, 1, 2].map((index) => ({ kind: 'add category', title: `Before ${index}`, parent: null }));

/** Everything that can be seen afterwards, with ids numbered in the order of their first mention and without times. */
interface Outcome {
  readonly answers: readonly unknown[];
  readonly products: readonly unknown[];
  readonly categories: unknown;
  readonly events: readonly unknown[];
}

async function outcomeOf(
  open: () => Promise<ProductDatabase>,
  list: readonly Command[],
  how: 'batched' | 'one by one',
): Promise<Outcome> {
  const { store, close } = await open();
  const events: StoredEvent[] = [];
  const writer = await Writer.open<ProductCollections & ChassisCollections>({
    store: store.writing,
    lane: 'test',
    newId: () => Bun.randomUUIDv7(),
    paceMs: 0,
    outbox: () => ({ offer: (committed) => events.push(...committed), publishedSeq: 0 }),
    runTask: () => undefined,
    report: () => undefined,
  });
  const madeBy = async (asked: readonly Command[]) => {
    const ids: string[] = [];
    for (const command of asked) ids.push(idOf(await submit(writer, { products: [], categories: [] }, command)));
    return ids;
  };
  try {
    const there: There = { products: await madeBy(PRODUCTS), categories: await madeBy(CATEGORIES) };
    const answers: unknown[] = [];
    if (how === 'batched') answers.push(...(await Promise.all(list.map((command) => submit(writer, there, command)))));
    else for (const command of list) answers.push(await submit(writer, there, command));
    const { rows } = await store.reads.list(EVERYTHING, { sort: 'newest', after: undefined, limit: 100 });
    const told = withoutAccidents();
    return {
      answers: answers.map(told),
      events: events.map(({ type, stream, version, data }) => told({ type, stream, version, data: JSON.parse(data) as unknown })),
      products: rows.map(({ product }) => told(product)).toSorted(byText),
      categories: told(await store.reads.categories()),
    };
  } finally {
    await writer.close();
    await close();
  }
}

function idOf(answer: Awaited<ReturnType<typeof submit>>): string {
  if (answer.kind !== 'done' || 'image' in answer) throw new Error(answer.kind);
  return 'product' in answer ? answer.product.id : answer.category.id;
}

/** Replaces ids by numbers, the same for the same id in all calls of one function, and removes times. */
function withoutAccidents(): (value: unknown) => unknown {
  const numbers = new Map<string, string>();
  const numberOf = (id: string) => {
    const number = numbers.get(id) ?? `id ${numbers.size}`;
    numbers.set(id, number);
    return number;
  };
  return (value) => {
    const timeless = JSON.stringify(value).replace(/"(createdAt|updatedAt)":(\d+|"[^"]+")/g, '"$1":0');
    return JSON.parse(timeless.replace(/[\da-f]{8}-[\da-f-]{27}/g, numberOf));
  };
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}

function testBatches(open: () => Promise<ProductDatabase>, numRuns: number): void {
  test('commands in one batch end as they do one by one, and every product counts its versions without a gap', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    const property = fc.asyncProperty(commands, async (list) => {
      const batched = await outcomeOf(open, list, 'batched');
      expect(batched).toEqual(await outcomeOf(open, list, 'one by one'));
      const versions = Map.groupBy(batched.events as { stream: string; version: number }[], ({ stream }) => stream);
      for (const events of versions.values()) {
        expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
      }
    });
    process.stdout.write(`seed ${seed}\n`);
    await fc.assert(property, { seed, numRuns });
  }, 60_000);
}

describe('on SQLite', () => testBatches(sqliteDatabase, 40));
// A few each time: the databases they are made in cost a third of a second each.
describeOn(['MongoDB'], () => describe('on MongoDB', () => testBatches(mongoDatabase, 4)));
