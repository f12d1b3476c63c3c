import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type Actor, type ContractShop, openContractShop } from './contract-shop.ts';
import { requestRoute } from './request-route.ts';
import { ROUTE_TABLE } from './route-table.ts';
import type { LiveRoute } from './live-routes.ts';

/** Who is refused comes first, because the last one changes what the others would see. */
const ORDER: readonly Actor[] = ['anonymous', 'expired', 'other', 'staff', 'admin', 'customer'];

/** Asked by machines, which never say who they are. */
const LOOKS_AT_NO_TOKEN = /^\w+ GET \/(?:livez|readyz|metrics|openapi\.json|asyncapi\.json|docs|\.well-known\/jwks\.json)$/;

describe('who may call which route', () => {
  let shop: ContractShop;
  beforeAll(async () => void (shop = await openContractShop()), 60_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  const nameOf = ({ service, method, path }: LiveRoute) => `${service} ${method} ${path}`;

  test('every route that is there is in the table, and the other way round', () => {
    expect(ROUTE_TABLE.map(({ route }) => route).toSorted()).toEqual(shop.routes.map(nameOf).toSorted());
  });

  test('a token that is sent must be valid even where none is needed, unless the route never looks at one', () => {
    const open = ROUTE_TABLE.filter(({ expected: { anonymous } }) => anonymous < 300);
    const reads = open.filter(({ route }) => route.includes(' GET ') && !LOOKS_AT_NO_TOKEN.test(route));
    expect(reads.filter(({ expected }) => expected.expired !== 401)).toEqual([]);
    // Who has no good token any more comes here for one.
    const changes = open.filter(({ route }) => !route.includes(' GET ')).map(({ route }) => route);
    expect(changes).toEqual(['user POST /users', 'user POST /sessions', 'user POST /password-resets']);
  });

  test.each(ROUTE_TABLE.map((row) => [row.route, row] as const))('%s', async (name, { expected }) => {
    const route = shop.routes.find((live) => nameOf(live) === name);
    if (route === undefined) throw new Error(`${name} is not there`);
    const given: Partial<Record<Actor, number>> = {};
    for (const actor of ORDER) given[actor] = (await requestRoute(shop, route, { token: shop.tokens[actor] })).status;
    expect(given).toEqual(expected);
    for (const actor of ORDER.filter((one) => expected[one] === 428)) {
      const token = shop.tokens[actor];
      const withTag = async (tag: string) => (await requestRoute(shop, route, { token, headers: { 'if-match': tag } })).status;
      expect({ actor, stale: await withTag('"0"'), any: await withTag('*') }).toEqual({ actor, stale: 412, any: 200 });
    }
  }, 30_000);
});
