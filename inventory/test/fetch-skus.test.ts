import { afterEach, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import { ProductAwayError } from '../src/domain/catalogue.ts';
import { fetchSkus } from '../src/product/fetch-skus.ts';

describe('asking Product for a SKU', () => {
  let server: ReturnType<typeof Bun.serve> | undefined;

  afterEach(() => server?.stop(true));

  function productAnswers(answer: (request: Request) => Response | Promise<Response>): string {
    server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer });
    return `http://127.0.0.1:${server.port}`;
  }

  test.each(['active', 'draft'])('finds the product it belongs to, asking in the name of the caller: %s', async (status) => {
    const id = newId();
    const asked: unknown[] = [];
    const productUrl = productAnswers((request) => {
      asked.push([new URL(request.url).pathname, new URL(request.url).search, request.headers.get('authorization')]);
      const items = [{ id, version: 4, status, variants: [{ sku: 'cup.red' }, { sku: 'cup.blue' }], title: 'Cup' }];
      return Response.json({ items, nextCursor: null });
    });
    expect(await fetchSkus({ productUrl: `${productUrl}/` })(['cup.blue', 'tea & milk'], 'Bearer me')).toEqual([
      { sku: 'cup.blue', productId: id, version: 4, onSale: status === 'active' },
    ]);
    expect(asked).toEqual([['/products', '?sku=cup.blue&sku=tea%20%26%20milk&limit=2', 'Bearer me']]);
  });

  test('finds nothing when Product has none', async () => {
    const productUrl = productAnswers(() => Response.json({ items: [], nextCursor: null }));
    expect(await fetchSkus({ productUrl })(['cup'], null)).toEqual([]);
  });

  const broken: readonly [what: string, answer: () => Response][] = [
    ['an error', () => Response.json({ title: 'no' }, { status: 500 })],
    ['something else than JSON', () => new Response('<html>')],
    ['JSON that is no page of products', () => Response.json({ items: [{ id: 1 }] })],
  ];
  for (const [what, answer] of broken) {
    test(`throws ProductAwayError when Product answers ${what}`, async () => {
      expect(await failureOf(fetchSkus({ productUrl: productAnswers(answer) })(['cup'], null))).toBeInstanceOf(
        ProductAwayError,
      );
    });
  }

  test('throws ProductAwayError when Product cannot be reached', async () => {
    const gone = productAnswers(() => new Response());
    await server?.stop(true);
    expect(await failureOf(fetchSkus({ productUrl: gone })(['cup'], null))).toBeInstanceOf(ProductAwayError);
  });

  test('gives up after its time-out', async () => {
    const silent = productAnswers(() => new Promise(() => undefined));
    expect(await failureOf(fetchSkus({ productUrl: silent, timeoutMs: 20 })(['cup'], null))).toBeInstanceOf(
      ProductAwayError,
    );
  });
});

async function failureOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => 'an answer',
    (error: unknown) => error,
  );
}
