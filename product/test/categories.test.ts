import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Category, CategoryNode } from '@souk/contracts/http/product';
import type { Problem } from '@souk/contracts/problem';
import { onEveryEngine } from './on-every-engine.ts';
import { aProduct, type ProductReply, type RunningCatalogue } from './running-catalogue.ts';

const UNKNOWN = '01980000-0000-7000-8000-000000000000';

type Reply = Category & Problem;

onEveryEngine((runCatalogue) => {
  let shop: RunningCatalogue;
  beforeAll(async () => {
    shop = await runCatalogue();
  });
  afterAll(() => shop.close());

  const anyVersion = { 'if-match': '*' };
  const staff = (method: string, path: string, body?: unknown, headers: Record<string, string> = anyVersion) =>
    shop.send<Reply>(method, path, { as: 'staff', body, headers });

  async function added(name: string, parentId: string | null = null): Promise<Category> {
    const { status, body } = await staff('POST', '/categories', { name, parentId });
    expect(status).toBe(201);
    return body;
  }

  async function below(id: string): Promise<string[]> {
    const { body } = await shop.send<{ items: CategoryNode[] }>('GET', '/categories');
    const find = (nodes: CategoryNode[]): CategoryNode | undefined =>
      nodes.find((node) => node.id === id) ?? nodes.map(({ children }) => find(children)).find((found) => found);
    return (find(body.items)?.children ?? []).map(({ name, position }) => `${position} ${name}`);
  }

  async function tagOf(id: string): Promise<string | null> {
    return (await shop.send('GET', `/categories/${id}`)).headers.get('etag');
  }

  describe('the category tree', () => {
    test('is read by everybody, nested and in order', async () => {
      const top = await added('Kitchen & Table');
      expect(top).toMatchObject({ name: 'Kitchen & Table', slug: 'kitchen-table', parentId: null });
      const last = await added('Pans', top.id);
      const reply = await staff('POST', '/categories', { name: 'Pots', parentId: top.id, position: 0 });
      expect(reply.headers.get('location')).toBe(`/categories/${reply.body.id}`);
      expect(await below(top.id)).toEqual(['0 Pots', '1 Pans']);
      expect((await shop.send<Category>('GET', `/categories/${last.id}`)).body).toEqual({ ...last, position: 1 });
      expect([last.position, await tagOf(last.id)]).toEqual([0, '"2"']);
      expect((await shop.send('GET', `/categories/${UNKNOWN}`)).status).toBe(404);
    });

    test('answers 304 to a caller who has it', async () => {
      const { headers } = await shop.send('GET', '/categories');
      const known = { 'if-none-match': headers.get('etag') ?? '' };
      expect((await shop.send('GET', '/categories', { headers: known })).status).toBe(304);
      await added('One more');
      expect((await shop.send('GET', '/categories', { headers: known })).status).toBe(200);
    });

    test('gives each slug to one category', async () => {
      const [first, second] = [await added('Same'), await added('Same')];
      expect([first.slug, second.slug]).toEqual(['same', 'same-2']);
      expect((await staff('POST', '/categories', { name: 'X', slug: 'same' })).body).toMatchObject({
        status: 409,
        type: 'urn:souk:problem:slug-taken',
      });
      expect((await staff('PATCH', `/categories/${second.id}`, { slug: 'same' })).status).toBe(409);
      expect((await staff('PATCH', `/categories/${first.id}`, { slug: 'same' })).status).toBe(200);
    });

    test('moves a category with all below it, and closes the gap', async () => {
      const [from, to] = [await added('From'), await added('To')];
      const [a, b, c] = [await added('A', from.id), await added('B', from.id), await added('C', from.id)];
      await added('Below', a.id);
      await added('There', to.id);
      const { body } = await staff('PATCH', `/categories/${a.id}`, { parentId: to.id, position: 0 });
      expect(body).toMatchObject({ parentId: to.id, position: 0 });
      expect(await below(from.id)).toEqual(['0 B', '1 C']);
      expect(await below(to.id)).toEqual(['0 A', '1 There']);
      expect(await below(a.id)).toEqual(['0 Below']);
      await staff('PATCH', `/categories/${c.id}`, { position: 0 });
      expect(await below(from.id)).toEqual(['0 C', '1 B']);
      await staff('PATCH', `/categories/${b.id}`, { parentId: null });
      expect((await shop.send<Category>('GET', `/categories/${b.id}`)).body.parentId).toBeNull();
    });

    test('has no cycles and no orphans', async () => {
      const top = await added('Cycle');
      const child = await added('Child', top.id);
      const grandchild = await added('Grandchild', child.id);
      for (const parentId of [top.id, child.id, grandchild.id]) {
        const { status, body } = await staff('PATCH', `/categories/${top.id}`, { parentId });
        expect([status, body.type]).toEqual([422, 'urn:souk:problem:category-cycle']);
        expect(body.errors?.[0]?.pointer).toBe('/parentId');
      }
      const orphan = await staff('POST', '/categories', { name: 'Orphan', parentId: UNKNOWN });
      expect([orphan.status, orphan.body.type]).toEqual([422, 'urn:souk:problem:category-unknown']);
      const used = await staff('DELETE', `/categories/${child.id}`);
      expect([used.status, used.body.type]).toEqual([409, 'urn:souk:problem:category-in-use']);
      expect(await tagOf(top.id)).toBe('"1"');
    });

    test('is at most six levels deep, even after a move', async () => {
      let parentId: string | null = null;
      for (const level of [1, 2, 3, 4, 5, 6]) parentId = (await added(`Level ${level}`, parentId)).id;
      expect((await staff('POST', '/categories', { name: 'Level 7', parentId })).status).toBe(422);
      const moved = await added('Moved');
      await added('Below moved', moved.id);
      const fifth = (await shop.send<Category>('GET', `/categories/${parentId}`)).body.parentId;
      expect((await staff('PATCH', `/categories/${moved.id}`, { parentId: fifth })).body.errors?.[0]?.pointer).toBe('/parentId');
    });

    test('is changed conditionally: 428 without a tag, 412 with an old one', async () => {
      const { id } = await added('Tagged');
      expect((await staff('PATCH', `/categories/${id}`, { name: 'X' }, {})).status).toBe(428);
      expect((await staff('PATCH', `/categories/${id}`, { name: 'X' }, { 'if-match': '"9"' })).status).toBe(412);
      const { headers } = await staff('PATCH', `/categories/${id}`, { name: 'X' }, { 'if-match': '"1"' });
      expect(headers.get('etag')).toBe('"2"');
      expect((await staff('PATCH', `/categories/${id}`, { name: 'X' })).headers.get('etag')).toBe('"2"');
      expect((await staff('PATCH', `/categories/${UNKNOWN}`, { name: 'X' }, {})).status).toBe(404);
    });

    test('loses a category without a tag or with the current one, and keeps it for an old one', async () => {
      const { id } = await added('Leaving');
      const remove = (tag: string) => staff('DELETE', `/categories/${id}`, undefined, { 'if-match': tag });
      expect((await staff('PATCH', `/categories/${id}`, { name: 'Gone soon' }, { 'if-match': '"1"' })).status).toBe(200);
      for (const old of ['"1"', 'W/"2"', '2']) {
        const { status, headers } = await remove(old);
        expect([old, status, headers.get('etag')]).toEqual([old, 412, '"2"']);
      }
      const answers = await Promise.all([remove('"2"'), remove('"1", "2"')]);
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['204', '404']);
      expect((await staff('DELETE', `/categories/${(await added('Any')).id}`, undefined, { 'if-match': '*' })).status).toBe(204);
    });

    test('keeps its history: a note for each category that a change touches', async () => {
      const top = await added('History');
      const [first, second] = [await added('First', top.id), await added('Second', top.id)];
      expect((await staff('DELETE', `/categories/${first.id}`)).status).toBe(204);
      expect((await staff('DELETE', `/categories/${first.id}`)).status).toBe(404);
      const notes = async (id: string) =>
        (await shop.store.writing.readStream(id)).map(({ type, version, published }) => [type, version, published]);
      expect(await notes(first.id)).toEqual([['category.changed', 1, false], ['category.deleted', 2, false]]);
      expect(await notes(second.id)).toEqual([['category.changed', 1, false], ['category.changed', 2, false]]);
    });

    test('gets one category for one Idempotency-Key', async () => {
      const headers = { 'idempotency-key': 'category-once' };
      const [first, again] = [
        await staff('POST', '/categories', { name: 'Once' }, headers),
        await staff('POST', '/categories', { name: 'Once' }, headers),
      ];
      expect(again.body.id).toBe(first.body.id);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    });
  });

  describe('products in categories', () => {
    const list = async (category: string) => {
      const { body } = await shop.send<{ items: { id: string }[] }>('GET', `/products?category=${category}&sort=newest`);
      return body.items.map(({ id }) => id);
    };

    test('are found by id and slug of the category, and of those above it', async () => {
      const top = await added('Garden');
      const child = await added('Tools', top.id);
      const other = await added('Other');
      const high = await shop.active({ title: 'High', categoryIds: [top.id, other.id] });
      const low = await shop.active({ title: 'Low', categoryIds: [child.id, top.id] });
      expect(await list(top.id)).toEqual([low.id, high.id]);
      expect(await list(child.slug)).toEqual([low.id]);
      expect(await list(other.slug)).toEqual([high.id]);
      expect(await list('nowhere')).toEqual([]);
      await staff('PATCH', `/categories/${child.id}`, { parentId: other.id });
      expect(await list(other.slug)).toEqual([low.id, high.id]);
    });

    test('name only categories that exist', async () => {
      const known = await added('Known');
      const body = aProduct({ categoryIds: [known.id, UNKNOWN] });
      const refused = await staff('POST', '/products', body);
      expect([refused.status, refused.body.type]).toEqual([422, 'urn:souk:problem:category-unknown']);
      expect(refused.body.errors).toMatchObject([{ pointer: '/categoryIds/1' }]);
      const { id } = await shop.created();
      expect((await staff('PATCH', `/products/${id}`, { categoryIds: [UNKNOWN] })).status).toBe(422);
      expect((await staff('PATCH', `/products/${id}`, { categoryIds: [known.id, known.id] })).status).toBe(422);
    });

    test('keep their categories from being removed until the last one has left', async () => {
      const category = await added('Busy');
      const [one, two] = [
        await shop.created({ categoryIds: [category.id] }),
        await shop.created({ categoryIds: [category.id] }),
      ];
      const patch = (id: string, categoryIds: string[] | null) =>
        shop.send<ProductReply>('PATCH', `/products/${id}`, { as: 'staff', body: { categoryIds }, headers: anyVersion });
      await patch(one.id, null);
      expect((await staff('DELETE', `/categories/${category.id}`)).status).toBe(409);
      expect((await patch(two.id, [])).body).toMatchObject({ categoryIds: [], version: 2 });
      expect((await patch(two.id, [])).body.version).toBe(2);
      expect((await staff('DELETE', `/categories/${category.id}`)).status).toBe(204);
      expect((await patch(two.id, [category.id])).status).toBe(422);
    });

    test('name their categories in their events', async () => {
      const category = await added('Told');
      const { id } = await shop.created({ categoryIds: [category.id] });
      const [event] = await shop.store.writing.readStream(id);
      expect(JSON.parse(event?.data ?? '')).toMatchObject({ product: { categoryIds: [category.id], images: [] } });
    });
  });

  test('two processes on one database keep one tree, and leave no product in a removed category', async () => {
    const first = await runCatalogue({ instance: 'product-a' });
    const second = await runCatalogue({ beside: first, instance: 'product-b' });
    try {
      const make = (one: RunningCatalogue) => one.send<Category>('POST', '/categories', { as: 'staff', body: { name: 'Both' } });
      const made = await Promise.all(Array.from({ length: 10 }, () => [make(first), make(second)]).flat());
      expect(made.map(({ status }) => status)).toEqual(made.map(() => 201));
      expect(new Set(made.map(({ body }) => body.slug)).size).toBe(20);
      expect(made.map(({ body }) => body.position).toSorted((a, b) => a - b)).toEqual(made.map((_, at) => at));
      const races = await Promise.all(made.map(async ({ body: { id } }) => {
        const [put, removed] = await Promise.all([
          first.send('POST', '/products', { as: 'staff', body: aProduct({ categoryIds: [id] }) }),
          second.send('DELETE', `/categories/${id}`, { as: 'staff' }),
        ]);
        return `${put.status} ${removed.status}`;
      }));
      for (const race of races) expect(['201 409', '422 204']).toContain(race);
    } finally {
      await second.close();
      await first.close();
    }
  });
});
