import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Looked } from '@souk/chassis/web/paging';
import { LARGEST_PRICE } from '@souk/contracts/money';
import type { Product } from '../src/domain/product.ts';
import { searchText, searchWords } from '../src/domain/search.ts';
import { positionOf, type ProductSort, type SortPosition, standsBefore } from '../src/domain/sort-position.ts';
import { boundedList, type ListIndexes } from '../src/storage/bounded-list.ts';
import type { ListedProduct, ProductFilter } from '../src/storage/product-store.ts';
import type { ProductDatabase } from './product-databases.ts';
import { EVERYTHING, product, storeInUse, type StoreInUse } from './product-store-fixture.ts';
import { eur } from './running-catalogue.ts';

/** The suite of the lists of every product store: the products that they find, and their order. `open` returns an empty, migrated store. */
export function describeProductLists(name: string, open: () => Promise<ProductDatabase>): void {
  describe(`product lists on ${name}`, () => {
    let store: StoreInUse;
    beforeAll(async () => {
      store = await storeInUse(await open());
    });
    afterAll(() => store.close());

    test('finds products by words, SKU, price and status', async () => {
      const variants = [
        { sku: 'FIND-1', options: {}, price: eur(500_100) },
        { sku: 'FIND-2', options: {}, price: eur(500_900) },
      ];
      const found = product({ title: 'Zebra Crossing', description: 'Black & white_100%', variants });
      const between = [{ sku: 'FIND-3', options: {}, price: eur(500_500) }];
      const draft = product({ title: 'Zebra draft', status: 'draft', variants: between });
      await store.put(found, draft);
      expect(await store.ids({ words: ['zebra'] })).toEqual([found.id, draft.id]);
      expect(await store.ids({ words: ['zebra'], onlyActive: true })).toEqual([found.id]);
      expect(await store.ids({ words: ['white_100%', 'cross'] })).toEqual([found.id]);
      expect(await store.ids({ words: ['white-100'] })).toEqual([]);
      expect(await store.ids({ words: ['find-2'] })).toEqual([found.id]);
      expect(await store.ids({ skus: ['FIND-2', 'FIND-3', 'FIND-9'] })).toEqual([found.id, draft.id]);
      expect(await store.ids({ skus: ['FIND-2', 'FIND-1'], onlyActive: true })).toEqual([found.id]);
      expect(await store.ids({ minPrice: 500_200, maxPrice: 500_800 })).toEqual([draft.id]);
      expect(await store.ids({ minPrice: 500_900 })).toEqual([found.id]);
    });

    test('finds products by their present price', async () => {
      const before = product({ variants: [{ sku: 'NOW-1', options: {}, price: eur(700_000) }] });
      await store.put(before);
      await store.put({ ...before, variants: [{ sku: 'NOW-1', options: {}, price: eur(800_000) }] });
      expect(await store.ids({ minPrice: 700_000, maxPrice: 700_000 })).toEqual([]);
      expect(await store.ids({ minPrice: 800_000, maxPrice: 800_000 })).toEqual([before.id]);
      expect((await store.ids({}, '-price'))[0]).toBe(before.id);
    });

    test.each(['$where', '{"$ne":1}', 'a.b', '.*', '^a', '(', 'back\\slash', "quote'", '%', '_x_', '語', '😀'])(
      'searches for %s literally',
      async (word) => {
        const found = product({ title: `Literal ${word} text` });
        await store.put(found, product({ title: 'Literal a-b where ne x text' }));
        expect(await store.ids({ words: ['literal', word] })).toEqual([found.id]);
      },
    );

    test.each([
      ['a vowel sign makes another word (Devanagari)', 'फूल', ['फूल'], ['फल', 'फाल']],
      ['voicing makes another word (kana)', 'パス', ['パス', 'ﾊﾟｽ'], ['バス', 'ハス', 'ﾊﾞｽ']],
      ['a long vowel makes another word (kana)', 'フール', ['フール'], ['フル']],
      ['a tone makes another word (Thai)', 'ข้าว', ['ข้าว'], ['ขาว']],
      ['accents make no difference (Latin)', 'Crème brûlée', ['creme', 'BRULEE', 'bru\u0302l'], ['crime']],
      ['accents make no difference (Greek)', 'Καφές', ['καφες', 'ΚΑΦΈΣ'], ['καφα']],
      ['accents make no difference (Cyrillic)', 'Ёлка', ['елка', 'ЁЛКА'], ['олка']],
      ['a final sigma equals any sigma', 'φως', ['ΦΩΣ', 'φωσ', 'φως', 'Φῶς'], ['φωτ']],
      ['a sharp s equals two s', 'Straße', ['straße', 'STRASSE', 'STRAẞE', 'strasse'], ['strase']],
      ['the dot of an i makes no difference', 'İstanbul', ['istanbul', 'İSTANBUL', 'ISTANBUL', 'ıstanbul'], ['stanbol']],
      ['letters that Unicode does not decompose have a plain form', 'Smørrebrød Łódź', ['SMORREBROD', 'lodz'], ['smarre']],
      ['ligatures and full-width letters equal plain ones', 'Ｔｅａ ﬁnest', ['tea', 'FINEST'], ['finast']],
      ['syllables stay whole (Hangul)', '한국차', ['한국', '차'], ['하']],
    ])('searches words by the rules of their script: %s', async (_, title, finds, misses) => {
      const found = product({ title: `${title} ${Bun.randomUUIDv7()}` });
      await store.put(found);
      const finding = async (word: string) => (await store.ids({ words: searchWords(word) })).includes(found.id);
      for (const word of finds) expect([word, await finding(word)]).toEqual([word, true]);
      for (const word of misses) expect([word, await finding(word)]).toEqual([word, false]);
    });

    test('finds a product when one of its variants is within both price limits', async () => {
      const around = [
        { sku: 'AROUND-1', options: {}, price: eur(900_100) },
        { sku: 'AROUND-2', options: {}, price: eur(900_900) },
      ];
      const within = [{ sku: 'WITHIN-1', options: {}, price: eur(900_500) }];
      const found = product({ variants: within });
      await store.put(product({ variants: around }), found);
      expect(await store.ids({ minPrice: 900_200, maxPrice: 900_800 })).toEqual([found.id]);
      expect(await store.ids({ minPrice: 900_100, maxPrice: 900_800 })).toHaveLength(2);
    });

    test('finds words of every length, anywhere in the present text', async () => {
      const before = product({ title: 'Quokkapfanne', description: 'für den Herd 煎鍋' });
      const other = product({ title: 'Quokka', variants: [{ sku: 'QX-77', options: {}, price: eur(1) }] });
      await store.put(before, other);
      expect(await store.ids({ words: ['quokka'] })).toEqual([other.id, before.id]);
      expect(await store.ids({ words: ['okkapf'] })).toEqual([before.id]);
      expect(await store.ids({ words: ['quokka', 'fur'] })).toEqual([before.id]);
      expect(await store.ids({ words: ['quokka', '鍋'] })).toEqual([before.id]);
      expect(await store.ids({ words: ['quokka', 'qx-77'] })).toEqual([other.id]);
      await store.put({ ...before, title: 'Wombatpfanne', version: 2 });
      expect(await store.ids({ words: ['quokka'] })).toEqual([other.id]);
      expect(await store.ids({ words: ['wombat'] })).toEqual([before.id]);
    });

    test('finds products by their present categories, each once', async () => {
      const [one, two, three] = [Bun.randomUUIDv7(), Bun.randomUUIDv7(), Bun.randomUUIDv7()];
      const both = product({ title: 'In a', categoryIds: [one, two] });
      const single = product({ title: 'In b', categoryIds: [two] });
      await store.put(both, single);
      expect(await store.ids({ categoryIds: [one, two] })).toEqual([both.id, single.id]);
      expect(await store.ids({ categoryIds: [one] })).toEqual([both.id]);
      expect(await store.ids({ categoryIds: [] })).toEqual([]);
      await store.put({ ...both, categoryIds: [three, two], version: 2 });
      expect(await store.ids({ categoryIds: [one] })).toEqual([]);
      expect(await store.ids({ categoryIds: [three] })).toEqual([both.id]);
      expect((await store.reads.byId(both.id))?.categoryIds).toEqual([three, two]);
    });

    test('finds nothing among no SKUs', async () => {
      expect(await store.ids({ skus: [] })).toEqual([]);
    });

    test('sorts titles by code points, whatever their case, shorter ones first', async () => {
      const sorted = ['10', '9', 'a', 'a b', 'A!', 'ab', 'B', 'é', 'F', '語', '\ufffc', '😀', '😀a'];
      const among = sorted.map((text) => product({ title: `points${text}` }));
      await store.put(...among.toReversed());
      expect(await store.ids({ words: ['points'] })).toEqual(among.map(({ id }) => id));
    });

    const sorts = ['title', 'price', '-price', 'newest'] as const;

    test.each(sorts)('sorts by %s, equal ones by id, in pages that fit together', async (sort) => {
      const equal = Array.from({ length: 7 }, () => product({ title: 'Équal', createdAt: 5 }));
      await store.put(...equal);
      const whole = await store.ids({}, sort);
      const pages: string[] = [];
      let after = undefined;
      // Faulty pages must not go on forever.
      while (pages.length <= whole.length) {
        const { rows: page }: Looked<ListedProduct, SortPosition> = await store.reads.list(EVERYTHING, { sort, after, limit: 3 });
        const last = page.at(-1);
        if (last === undefined) break;
        pages.push(...page.map(({ product: { id } }) => id));
        after = last.place;
      }
      expect(pages).toEqual(whole);
      const among = whole.filter((id) => equal.some((one) => one.id === id));
      const ascending = equal.map(({ id }) => id).toSorted();
      expect(among).toEqual(sort === 'title' || sort === 'price' ? ascending : ascending.toReversed());
    });

    test('keeps the largest numbers exactly', async () => {
      const most = Number.MAX_SAFE_INTEGER;
      const variants = [{ sku: 'LARGE-1', options: {}, price: eur(LARGEST_PRICE - 1) }];
      const large = product({ version: most, createdAt: most - 1, updatedAt: most, variants });
      const largest = [{ sku: 'LARGE-2', options: {}, price: eur(LARGEST_PRICE) }];
      const larger = product({ createdAt: most, variants: largest });
      await store.put(large, larger);
      expect(await store.reads.byId(large.id)).toEqual(large);
      expect((await store.ids({}, 'newest')).slice(0, 2)).toEqual([larger.id, large.id]);
      expect(await store.ids({ minPrice: LARGEST_PRICE - 1, maxPrice: LARGEST_PRICE - 1 })).toEqual([large.id]);
      expect(await store.ids({ minPrice: LARGEST_PRICE, maxPrice: most })).toEqual([larger.id]);
      expect(await store.ids({ minPrice: most })).toEqual([]);
    });
  });

  test(`product lists on ${name} find on their pages every match among many products, whatever leads to them`, async () => {
    const shop = await storeInUse(await open());
    const [large, rest] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()];
    const statuses = ['active', 'draft', 'active', 'archived'] as const;
    const many = Array.from({ length: 1600 }, (_, n) => {
      const prices = n % 3 === 0 ? [n % 97, 60 + (n % 40)] : [n % 97];
      const variants = prices.map((amount, at) => ({ sku: `MANY-${n}-${at}`, options: {}, price: eur(2_000_000 + amount) }));
      const categoryIds = [n % 2 === 0 ? large : rest];
      return product({ title: `Manifold ${n % 13} ${n % 5 === 0 ? 'odd' : 'even'}`, categoryIds, variants, status: statuses[n % 4] ?? 'active' });
    });
    for (let from = 0; from < many.length; from += 400) await shop.put(...many.slice(from, from + 400));
    const filters = [
      { words: ['manifold'] },
      { words: ['manifold', 'odd'], onlyActive: true },
      { words: ['manifold'], categoryIds: [large], onlyActive: true },
      { words: ['manifold'], categoryIds: [large], minPrice: 2_000_070 },
      { minPrice: 2_000_050, onlyActive: true },
      { minPrice: 2_000_050, maxPrice: 2_000_080 },
      { words: ['manifold'], maxPrice: 2_000_030, minPrice: 2_000_000 },
    ];
    for (const filter of filters) {
      for (const sort of ['title', 'price', '-price', 'newest'] as const) {
        const isBefore = standsBefore(sort);
        const expected = many
          .filter((one) => isFound(one, { ...EVERYTHING, ...filter }))
          .toSorted((a, b) => (isBefore(positionOf(a, sort), positionOf(b, sort)) ? -1 : 1));
        const found: string[] = [];
        for (let after: SortPosition | undefined; ; ) {
          const limit = 100;
          const { rows, reached }: Looked<ListedProduct, SortPosition> = await shop.reads.list({ ...EVERYTHING, ...filter }, { sort, after, limit });
          found.push(...rows.map(({ product: { id } }) => id));
          const last = rows.at(-1);
          after = reached ?? (rows.length === limit ? last?.place : undefined);
          if (after === undefined) break;
        }
        expect([filter, sort, found]).toEqual([filter, sort, expected.map(({ id }) => id)]);
      }
    }
    await shop.close();
  }, 60_000);

  test(`product lists on ${name} have on all their pages, each once, the products that a scan of all finds, whatever the filter`, async () => {
    const shop = await storeInUse(await open());
    const categories = [Bun.randomUUIDv7(), Bun.randomUUIDv7(), Bun.randomUUIDv7()];
    const words = ['lantern', 'lanternfish', 'brass', 'oak', 'extraordinarily', 'extraordinary', 'ox', 'q', 'ha/t'];
    const seed = Math.floor(Math.random() * 2 ** 31);
    const [random] = fc.sample(fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), { seed, numRuns: 1 });
    if (random === undefined) throw new Error('no randomness');
    const upTo = (most: number) => Math.floor((random.next().value ?? 0) * (most + 1));
    const some = <T>(of: readonly T[], share: number) => of.filter(() => upTo(99) < share);
    let sku = 0;
    const made = (changes: Partial<Product>) => {
      const variants = Array.from({ length: 1 + upTo(2) }, () => ({ sku: `ANY-${(sku += 1)}`, options: {}, price: eur(100 + upTo(60)) }));
      const status = (['active', 'active', 'draft', 'archived'] as const)[upTo(3)] ?? 'active';
      return product({ title: some(words, 35).join(' ') || 'none', categoryIds: some(categories, 30), variants, status, createdAt: upTo(50), ...changes });
    };
    const products = Array.from({ length: 700 }, () => made({}));
    for (let from = 0; from < products.length; from += 400) await shop.put(...products.slice(from, from + 400));
    // Some then get another position in every order, and other categories.
    for (const at of [3, 77, 400, 699]) {
      const { id, slug, variants, createdAt } = products[at] ?? made({});
      const changed = { ...made({ id, slug, createdAt, version: 2 }), variants: variants.map((variant) => ({ ...variant, price: eur(100 + upTo(60)) })) };
      products[at] = changed;
      await shop.put(changed);
    }
    await shop.withIndexes(async (indexes) => {
      for (let lists = 0; lists < 6; lists += 1) {
        const filter: ProductFilter = {
          onlyActive: upTo(1) === 0,
          words: some(words, 15),
          skus: undefined,
          categoryIds: upTo(2) === 0 ? some(categories, 50) : undefined,
          minPrice: upTo(1) === 0 ? 100 + upTo(60) : undefined,
          maxPrice: upTo(1) === 0 ? 110 + upTo(60) : undefined,
        };
        const sort = (['title', 'price', '-price', 'newest'] as const)[upTo(3)] ?? 'title';
        const isBefore = standsBefore(sort);
        const expected = products.filter((one) => isFound(one, filter)).toSorted((a, b) => (isBefore(positionOf(a, sort), positionOf(b, sort)) ? -1 : 1));
        for (const way of [indexes, walked(indexes)]) {
          const found = await allPages(way, filter, sort, 40 + upTo(60));
          expect([seed, filter, sort, found]).toEqual([seed, filter, sort, expected.map(({ id }) => id)]);
        }
      }
    });
    await shop.close();
  }, 90_000);

  test(`product lists on ${name} continue where a product was found even if it moves before it is read, and hide one that is archived meanwhile`, async () => {
    const shop = await storeInUse(await open());
    const priced = (amount: number) => product({ variants: [{ sku: `RACE-${amount}`, options: {}, price: eur(amount) }] });
    const [cheapest, hidden, moved, fourth, fifth, dearest] = [priced(100), priced(200), priced(300), priced(400), priced(500), priced(600)];
    await shop.put(cheapest, hidden, moved, fourth, fifth, dearest);
    await shop.withIndexes(async (indexes) => {
      const changing: ListIndexes = {
        ...indexes,
        async byIds(ids) {
          const variants = moved.variants.map((variant) => ({ ...variant, price: eur(550) }));
          await shop.put({ ...moved, variants, version: 2 }, { ...hidden, status: 'archived', version: 2 });
          return indexes.byIds(ids);
        },
      };
      const filter = { ...EVERYTHING, onlyActive: true };
      const { rows, reached } = await boundedList(changing)(filter, { sort: 'price', after: undefined, limit: 3 });
      expect(rows.map(({ product: { id } }) => id)).toEqual([cheapest.id, moved.id]);
      expect(reached).toEqual({ key: 300, id: moved.id });
      const next = await boundedList(indexes)(filter, { sort: 'price', after: reached, limit: 9 });
      expect(next.rows.map(({ product: { id } }) => id)).toEqual([fourth.id, fifth.id, moved.id, dearest.id]);
    });
    await shop.close();
  });

  test(`product lists on ${name} fill the first page of a large category in every order, wherever its products stand among the others`, async () => {
    const shop = await storeInUse(await open());
    const [category, other] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()];
    // More cheap and early products than a request examines, and a category too large to be examined whole.
    const many = Array.from({ length: 2300 }, (_, n) => {
      const isIn = n >= 1600;
      const prices = n % 3 === 0 ? [n, n + 10] : [n];
      const variants = prices.map((amount, at) => ({ sku: `PLACE-${n}-${at}`, options: {}, price: eur(amount) }));
      const title = `${isIn ? 'Zinc' : 'Alum'} ${10_000 + n} ${n % 4 === 0 ? 'hinge' : 'hook'}`;
      return product({ title, variants, createdAt: n, categoryIds: isIn ? [category, other] : [] });
    });
    for (let from = 0; from < many.length; from += 400) await shop.put(...many.slice(from, from + 400));
    const [first, second] = many.slice(1600);
    if (first === undefined || second === undefined) throw new Error('none');
    const cheap = { ...first, variants: first.variants.map((variant) => ({ ...variant, price: eur(1) })), version: 2 };
    await shop.put(cheap, { ...second, status: 'archived', version: 2 });
    const inCategory = { ...EVERYTHING, onlyActive: true, categoryIds: [category, other] };
    for (const sort of ['title', 'price', '-price', 'newest'] as const) {
      for (const filter of [inCategory, { ...inCategory, words: ['hinge'] }, { ...inCategory, minPrice: 1700, maxPrice: 2250 }]) {
        const { rows } = await shop.reads.list(filter, { sort, after: undefined, limit: 21 });
        expect([sort, new Set(rows.map(({ product: { id } }) => id)).size]).toEqual([sort, 21]);
      }
    }
    const cheapest = async () => (await shop.reads.list(inCategory, { sort: 'price', after: undefined, limit: 1 })).rows[0]?.place.key;
    expect(await cheapest()).toBe(1);
    await shop.put({ ...cheap, categoryIds: [], version: 3 });
    expect(await cheapest()).toBe(1602);
    await shop.close();
  }, 60_000);

  test(`product lists on ${name} fill a page even if a thousand products that do not match come first`, async () => {
    const shop = await storeInUse(await open());
    const category = Bun.randomUUIDv7();
    // A common word and a large category that have only the last products by title in common.
    const many = Array.from({ length: 1300 }, (_, n) => {
      const isIn = n >= 1270 || n % 2 === 0;
      return product({ title: `Shelf ${1000 + n} ${n >= 1270 || !isIn ? 'walnut' : 'beech'}`, categoryIds: isIn ? [category] : [] });
    });
    for (let from = 0; from < many.length; from += 400) await shop.put(...many.slice(from, from + 400));
    const filter = { ...EVERYTHING, onlyActive: true, words: ['walnut'], categoryIds: [category] };
    const { rows } = await shop.reads.list(filter, { sort: 'title', after: undefined, limit: 21 });
    expect(rows.map(({ product: { id } }) => id)).toEqual(many.slice(1270, 1291).map(({ id }) => id));
    await shop.close();
  }, 60_000);
}

/** The indexes of a shop where nothing leads to few products, so that every list is read in its order. */
function walked(indexes: ListIndexes): ListIndexes {
  return { ...indexes, follow: async () => undefined };
}

/** All products of a list, page by page, in no more pages than it may have. */
async function allPages(indexes: ListIndexes, filter: ProductFilter, sort: ProductSort, limit: number): Promise<string[]> {
  const found: string[] = [];
  let after: SortPosition | undefined;
  for (let pages = 0; pages < 500; pages += 1) {
    const { rows, reached } = await boundedList(indexes)(filter, { sort, after, limit });
    found.push(...rows.map(({ product: { id } }) => id));
    after = reached ?? (rows.length === limit ? rows.at(-1)?.place : undefined);
    if (after === undefined) return found;
  }
  throw new Error('a list that does not end');
}

/** Tells whether a product belongs to a list, without any index. */
function isFound(one: Product, { onlyActive, words, categoryIds, minPrice, maxPrice }: ProductFilter): boolean {
  const text = searchText(one);
  const isWithin = one.variants.some(({ price: { amount } }) => amount >= (minPrice ?? 0) && amount <= (maxPrice ?? Infinity));
  const isIn = categoryIds === undefined || one.categoryIds.some((id) => categoryIds.includes(id));
  return (!onlyActive || one.status === 'active') && words.every((word) => text.includes(word)) && isIn && isWithin;
}
