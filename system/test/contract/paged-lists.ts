import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'bun:test';
import { SERVICES } from '@souk/contracts/services';
import { growingLists, type GrowingList } from './growing-lists.ts';
import { ROUTE_TABLE } from './route-table.ts';
import type { Asker, RouteName, RuledShop } from './ruled-shop.ts';

interface Listed {
  readonly as: Asker;
  /** What the list may be asked for besides, each with an order of its own: `sort=price`. */
  readonly orders?: readonly string[];
}

/** Orders in which lists may be asked for. */
const ORDERS: Readonly<Partial<Record<RouteName, readonly string[]>>> = {
  'product GET /products': ['sort=title', 'sort=price', 'sort=-price', 'sort=newest', 'q=lamp'],
};

/** Every list that has a cursor by the OpenAPI document of its service, asked by the first who may. */
export const LISTS: Readonly<Record<RouteName, Listed>> = Object.fromEntries(
  ROUTE_TABLE.flatMap(({ route, expected }) => {
    if (!hasCursor(route)) return [];
    const orders = ORDERS[route];
    // In this shop the staff is an admin.
    const as = (['anonymous', 'customer'] as const).find((asker) => expected[asker] === 200) ?? 'staff';
    return [[route, { as, ...(orders && { orders }) }] as const];
  }),
);

function hasCursor(route: RouteName): boolean {
  const [service = '', method = '', path = ''] = route.split(' ');
  const { paths } = JSON.parse(readFileSync(join(import.meta.dir, '../../..', service, 'openapi.json'), 'utf8')) as OpenApi;
  return method === 'GET' && (paths[path]?.get?.parameters ?? []).some(({ name }) => name === 'cursor');
}

interface OpenApi {
  readonly paths: Readonly<Record<string, { readonly get?: { readonly parameters?: readonly { readonly name: string }[] } }>>;
}

/** Lists that come whole. */
export const WHOLE_LISTS: readonly RouteName[] = [
  'product GET /categories',
  'order GET /orders/{id}/timeline',
  'order GET /orders/stuck',
  ...SERVICES.flatMap((service): RouteName[] => [`${service} GET /ops/dead-letters/groups`, `${service} GET /ops/history`]),
];

type Item = Readonly<Record<string, unknown>>;
interface Page {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

const BAD_LIMITS = ['0', '101', 'abc', '-1', '1.5', '1e1', ''];
const GARBLED = ['x', '', '!!', 'e30', 'WyJwcm9kdWN0cyJd', 'bnVsbA', 'é', 'A'.repeat(5000)];
/** Rows that stay, while others come and go. */
const STAYING = 6;
const GOING = 3;

async function readPage(shop: RuledShop, route: RouteName, as: Asker, query: string): Promise<Page> {
  const { status, text } = await shop.ask(route, { as, query: `?${query}` });
  if (status !== 200) throw new Error(`${route}?${query}: ${status} ${text}`);
  return JSON.parse(text) as Page;
}

/** Page after page; `between` is done before each one but the first. */
export async function readAll(shop: RuledShop, route: RouteName, as: Asker, query = 'limit=100', between = async () => {}): Promise<readonly Item[]> {
  const { items, nextCursor } = await readPage(shop, route, as, query);
  const all = [...items];
  for (let cursor = nextCursor; cursor !== null; ) {
    await between();
    const page = await readPage(shop, route, as, `${query}&cursor=${cursor}`);
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

/** Stock levels have no id, prices neither: each of those is set once here. */
const identity = (item: Item) => String(item['id'] ?? (item['price'] === undefined ? item['sku'] : JSON.stringify(item)));

export function describeLists(shopNow: () => RuledShop): void {
  describe('a list with a cursor', () => {
    test.each(Object.entries(LISTS))('%s refuses limits outside 1 to 100, and cursors that are not its own', async (route, { as }) => {
      const refused = async (query: string, pointer: string) => {
        const { status, text } = await shopNow().ask(route, { as, query: `?${query}` });
        const { errors = [] } = JSON.parse(text) as { errors?: readonly { pointer: string }[] };
        expect([query, status, errors.map((error) => error.pointer)]).toEqual([query, 422, [pointer]]);
      };
      for (const limit of BAD_LIMITS) await refused(`limit=${limit}`, '?limit');
      for (const cursor of GARBLED) await refused(`cursor=${encodeURIComponent(cursor)}`, '?cursor');
      expect((await readPage(shopNow(), route, as, 'limit=1')).items.length).toBeLessThanOrEqual(1);
      expect((await readPage(shopNow(), route, as, 'limit=100')).items.length).toBeLessThanOrEqual(100);
    });

    const walks = Object.entries(growingLists).flatMap(([route, list]) =>
      (LISTS[route]?.orders ?? ['']).map((order) => [`${route}?${order}`, { route, order, list }] as const),
    );
    test.each(walks)('%s loses and repeats nothing while rows come and go', async (_, { route, order, list }) => {
      const { as } = LISTS[route] ?? { as: 'staff' };
      await walk(shopNow(), { route, as, order, list });
    }, 60_000);

    test('none of them accepts the cursor of another list', async () => {
      const cursors = new Map<RouteName, string>();
      for (const [route, { as }] of Object.entries(LISTS)) {
        const { nextCursor } = await readPage(shopNow(), route, as, 'limit=1');
        if (nextCursor !== null) cursors.set(route, nextCursor);
      }
      expect([...cursors.keys()].toSorted()).toEqual(Object.keys(growingLists).toSorted());
      const taken: string[] = [];
      for (const [route, { as }] of Object.entries(LISTS)) {
        for (const [other, cursor] of cursors) {
          if (other === route) continue;
          const { status } = await shopNow().ask(route, { as, query: `?cursor=${cursor}` });
          if (status !== 422) taken.push(`${route} takes a cursor of ${other}: ${status}`);
        }
      }
      expect(taken).toEqual([]);
    }, 60_000);

    test('or its own cursor from another sort order', async () => {
      const { nextCursor } = await readPage(shopNow(), 'product GET /products', 'anonymous', 'sort=title&limit=1');
      const { status } = await shopNow().ask('product GET /products', { as: 'anonymous', query: `?sort=price&cursor=${nextCursor}` });
      expect(status).toBe(422);
    });
  });
}

async function walk(shop: RuledShop, { route, as, order, list }: { route: RouteName; as: Asker; order: string; list: GrowingList }) {
  for (let i = 0; i < STAYING; i += 1) await list.add(shop);
  const staying = (await readAll(shop, route, as, `limit=100&${order}`)).map(identity);
  const going: string[] = [];
  for (let i = 0; i < GOING && list.remove !== undefined; i += 1) going.push(await list.add(shop));
  const seen = await readAll(shop, route, as, `limit=2&${order}`, async () => {
    const [id] = going.splice(0, 1);
    if (id !== undefined) await list.remove?.(shop, id);
    if (id !== undefined || list.remove === undefined) await list.add(shop);
  });
  const ids = seen.map(identity);
  expect(ids).toHaveLength(new Set(ids).size);
  expect(staying.filter((id) => !ids.includes(id))).toEqual([]);
}
