import { describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import type { ChassisCollections } from '@souk/chassis/writer/chassis-collections';
import type { StoredEvent } from '@souk/chassis/writer/writer-store';
import { Writer } from '@souk/chassis/writer/writer';
import fc from 'fast-check';
import type { ProductCollections } from '../src/storage/product-store.ts';
import type { Answer } from '../src/usecases/answer.ts';
import { mongoDatabase, type ProductDatabase, sqliteDatabase } from './product-databases.ts';
import { type Command, commands, submit } from './random-commands.ts';

const BEFORE: readonly Command[] = [0, 1, 2].map((index) => ({
  kind: 'create',
  title: 'Before',
  slug: `before-${index}`,
  skus: [`S${index}`],
}));

/** What there is to see afterwards, with ids replaced by the first SKU and without times. */
interface Outcome {
  readonly answers: readonly unknown[];
  readonly products: readonly unknown[];
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
  try {
    const ids: string[] = [];
    for (const command of BEFORE) ids.push(idOf(await submit(writer, [], command)));
    const answers: Answer[] = [];
    if (how === 'batched') answers.push(...(await Promise.all(list.map((command) => submit(writer, ids, command)))));
    else for (const command of list) answers.push(await submit(writer, ids, command));
    const everything = { onlyActive: false, words: [], skus: undefined, categoryIds: undefined, minPrice: undefined, maxPrice: undefined };
    const products = await store.reads.list(everything, { sort: 'newest', after: undefined, limit: 100 });
    const names = new Map(products.map(({ id, variants }) => [id, variants[0]?.sku ?? '']));
    const told = (value: unknown): unknown => JSON.parse(withoutAccidents(JSON.stringify(value), names));
    return {
      answers: answers.map(told),
      products: products.map(told).toSorted(byText),
      events: events.map(({ type, stream, version, data }) => told({ type, stream, version, data })),
    };
  } finally {
    await writer.close();
    await close();
  }
}

function idOf(answer: Answer): string {
  if (answer.kind !== 'done') throw new Error(answer.kind);
  return answer.product.id;
}

function withoutAccidents(text: string, names: ReadonlyMap<string, string>): string {
  let result = text.replace(/"(createdAt|updatedAt)":(\d+|"[^"]+")/g, '"$1":0');
  for (const [id, name] of names) result = result.replaceAll(id, name);
  return result;
}

function byText(left: unknown, right: unknown): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
}

function testBatches(open: () => Promise<ProductDatabase>, numRuns: number): void {
  test('one batch and one by one end the same, and every product counts its versions without a gap', async () => {
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
