import { afterEach, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import { productApi } from '../../src/catalogue/product-api.ts';
import { CatalogueUnavailableError, productState } from '../../src/domain/catalogue.ts';
import { learnSkus } from '../../src/usecases/copy-product.ts';
import { product } from '../messages.ts';
import { NORTH, NOW } from '../orders.ts';

const servers: Bun.Server<undefined>[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(true)));
});

/** Product as it answers on a port of its own. */
function productAnswers(answer: (url: URL) => Response | Promise<Response>): string {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => answer(new URL(request.url)) });
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

describe('asking Product by REST', () => {
  test('asks for all SKUs at once and reads what it needs', async () => {
    const asked: string[] = [];
    const url = productAnswers(({ pathname, searchParams }) => {
      asked.push(pathname, ...searchParams.getAll('sku'));
      return Response.json({
        items: [{ ...product(NORTH, { NEW: 700 }, { version: 3 }), images: [] }],
        nextCursor: null,
      });
    });
    expect(await productApi({ url }).find(['NEW', 'HAT'])).toEqual([
      {
        id: NORTH,
        version: 3,
        title: 'Blue mug',
        active: true,
        changedAt: NOW + 3,
        variants: [{ sku: 'NEW', options: {}, price: { amount: 700, currency: 'EUR' } }],
      },
    ]);
    expect(asked).toEqual(['/products', 'NEW', 'HAT']);
  });

  test.each([
    ['fails', () => new Response('{}', { status: 500 })],
    ['answers something else', () => Response.json({ items: [{ id: 12 }] })],
    ['answers no JSON', () => new Response('<html>')],
    ['does not answer in time', () => new Promise<Response>(() => undefined)],
  ] as const)('throws CatalogueUnavailableError when Product %s', async (_what, answer) => {
    const lookup = productApi({ url: productAnswers(answer), limitMs: 100 });
    expect(lookup.find(['NEW'])).rejects.toBeInstanceOf(CatalogueUnavailableError);
  });

  test('does not ask Product for a while after five failures in a row, then tries again with one request', async () => {
    let asked = 0;
    let isWell = false;
    const url = productAnswers(() => {
      asked += 1;
      return isWell ? Response.json({ items: [], nextCursor: null }) : new Response('{}', { status: 500 });
    });
    const lookup = productApi({ url, restMs: 100 });
    const outcome = () => lookup.find(['NEW']).then(() => 'answered', (error: unknown) => error);
    for (let time = 0; time < 8; time += 1) expect(await outcome()).toBeInstanceOf(CatalogueUnavailableError);
    expect(asked).toBe(5);
    isWell = true;
    await until('another try', async () => (await outcome()) === 'answered');
    expect(asked).toBe(6);
  });

  test('throws CatalogueUnavailableError when Product cannot be reached', () => {
    expect(productApi({ url: 'http://127.0.0.1:1' }).find(['NEW'])).rejects.toBeInstanceOf(CatalogueUnavailableError);
  });
});

describe('learning SKUs', () => {
  function learner(options: { inCopy: readonly string[]; onSale: readonly string[]; limit?: number }) {
    const { inCopy, onSale, ...limits } = options;
    const queries: (readonly string[])[] = [];
    const questions: (readonly string[])[] = [];
    const copied: string[] = [];
    const learn = learnSkus({
      ...limits,
      reads: {
        async knownSkus(skus) {
          queries.push(skus);
          return skus.filter((sku) => inCopy.includes(sku) || copied.includes(sku));
        },
      },
      lookup: {
        async find(skus) {
          questions.push(skus);
          return skus.filter((sku) => onSale.includes(sku)).map((sku) => productState(product(NORTH, { [sku]: 1 })));
        },
      },
      copy: async ({ variants }) => void copied.push(...variants.map(({ sku }) => sku)),
    });
    return { learn, queries, questions, copied };
  }

  test('looks once for a SKU of the copy, and does not ask Product', async () => {
    const { learn, queries, questions } = learner({ inCopy: ['MUG', 'TEA'], onSale: [] });
    await learn(['MUG', 'TEA']);
    await learn(['TEA', 'MUG']);
    expect([queries, questions]).toEqual([[['MUG', 'TEA']], []]);
  });

  test('copies what Product has, and asks for no SKU twice', async () => {
    const { learn, questions, copied } = learner({ inCopy: ['MUG'], onSale: ['NEW'] });
    await learn(['MUG', 'NEW']);
    await learn(['MUG', 'NEW']);
    expect([questions, copied]).toEqual([[['NEW']], ['NEW']]);
  });

  test('does not ask again soon for a SKU that Product did not have; its event, or a later request, makes it known', async () => {
    const { learn, questions } = learner({ inCopy: [], onSale: [] });
    await learn(['HAT']);
    await learn(['HAT']);
    expect(questions).toEqual([['HAT']]);
  });

  test('forgets the oldest when it remembers too many', async () => {
    const { learn, queries } = learner({ inCopy: ['A', 'B', 'C'], onSale: [], limit: 2 });
    for (const sku of ['A', 'B', 'C', 'B', 'A']) await learn([sku]);
    expect(queries).toEqual([['A'], ['B'], ['C'], ['A']]);
  });
});
