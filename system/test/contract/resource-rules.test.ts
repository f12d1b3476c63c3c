import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { onEveryEngine } from '../support/on-every-engine.ts';
import { describeKeys, KEYED, UNKEYED_POSTS } from './keyed-creations.ts';
import { describeLists, LISTS, WHOLE_LISTS } from './paged-lists.ts';
import { openRuledShop, routeName, type RuledShop } from './ruled-shop.ts';
import { describeTags, OBEYING, TAGGED, UNTAGGED_CHANGES } from './tagged-resources.ts';

/** What operators do: it is about a message, whose state it changes. */
const OPERATIONS = / \/ops\//;

onEveryEngine('every resource', (openShop) => {
  let shop: RuledShop;
  beforeAll(async () => void (shop = await openRuledShop(openShop)), 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());
  const its = () => shop;

  describe('of the existing routes', () => {
    const named = (...methods: readonly string[]) => shop.routes.filter(({ method }) => methods.includes(method));

    test('those that answer with an ETag, and those with a list, are in their tables', async () => {
      const [tagged, whole]: [string[], string[]] = [[], []];
      for (const route of named('GET')) {
        // It goes on without end.
        if (route.path === '/ops/stream') continue;
        const { headers, text } = await answered(routeName(route));
        if (headers.has('etag')) tagged.push(routeName(route));
        if (!route.takes.includes('cursor') && text.includes('"items":[') && text.startsWith('{"items"')) whole.push(routeName(route));
      }
      expect(tagged.toSorted()).toEqual(Object.keys(TAGGED).toSorted());
      expect(whole.toSorted()).toEqual(WHOLE_LISTS.toSorted());
      const paged = named('GET').filter(({ takes }) => takes.includes('cursor'));
      expect(paged.map(routeName).toSorted()).toEqual(Object.keys(LISTS).toSorted());
    }, 60_000);

    test('those that change something need its tag, or are listed', () => {
      const [withTag, without] = [named('PUT', 'PATCH').filter(takesTag), named('PUT', 'PATCH').filter((route) => !takesTag(route))];
      expect(withTag.map(routeName).toSorted()).toEqual(Object.values(TAGGED).flatMap(({ changes }) => Object.keys(changes)).toSorted());
      expect(without.map(routeName).toSorted()).toEqual(UNTAGGED_CHANGES.toSorted());
    });

    test('those with an optional tag are in their table, and so are all that delete something with a tag', () => {
      expect(shop.routes.filter(obeysTag).map(routeName).toSorted()).toEqual(Object.keys(OBEYING).toSorted());
      const deleting = named('DELETE').map(routeName).filter((name) => Object.keys(TAGGED).includes(name.replace(' DELETE ', ' GET ')));
      expect(deleting.filter((name) => !(name in OBEYING))).toEqual([]);
    });

    test('those that make something take an Idempotency-Key, or are listed', () => {
      const posts = named('POST').filter(({ path }) => !OPERATIONS.test(` ${path}`));
      const [keyed, unkeyed] = [posts.filter(takesKey), posts.filter((route) => !takesKey(route))];
      expect(keyed.map(routeName).toSorted()).toEqual(Object.keys(KEYED).toSorted());
      expect(unkeyed.map(routeName).toSorted()).toEqual(Object.keys(UNKEYED_POSTS).toSorted());
    });

    const takesTag = ({ needs }: { needs: readonly string[] }) => needs.includes('If-Match');
    const obeysTag = ({ takes, needs }: { takes: readonly string[]; needs: readonly string[] }) => takes.includes('If-Match') && !needs.includes('If-Match');
    const takesKey = ({ takes }: { takes: readonly string[] }) => takes.includes('Idempotency-Key');

    /** By the customer, whose things they are, or else by staff. */
    async function answered(route: string) {
      const answer = await shop.ask(route, { as: 'customer' });
      return answer.status === 200 ? answer : shop.ask(route, { as: 'staff' });
    }
  });

  describeTags(its);
  describeLists(its);
  describeKeys(its);

  test('and all promises of the shop hold', async () => {
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
