import { Sku, Uuid } from '@souk/contracts/ids';
import { Currency } from '@souk/contracts/money';
import { UtcTime } from '@souk/contracts/time';
import { Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { type CatalogueLookup, CatalogueUnavailableError } from './catalogue-lookup.ts';
import { productState } from './product-state.ts';

interface ProductApiOptions {
  /** Where Product answers: `http://127.0.0.1:4001` */
  readonly url: string;
  /** Milliseconds for everything, the body included. */
  readonly limitMs?: number;
}

/** More than one product per SKU is impossible, and an order has 100 lines at most. */
const PAGE = 100;

/** Open, and only what is read: Product may add to its answers. */
const Answer = TypeCompiler.Compile(
  Type.Object({
    items: Type.Array(
      Type.Object({
        id: Uuid,
        version: Type.Integer({ minimum: 1 }),
        title: Type.String(),
        status: Type.String(),
        updatedAt: UtcTime,
        variants: Type.Array(
          Type.Object({ sku: Sku, price: Type.Object({ amount: Type.Integer({ minimum: 0 }), currency: Currency }) }),
        ),
      }),
    ),
  }),
);

/** Product's public REST interface. */
export function productApi({ url, limitMs = 2000 }: ProductApiOptions): CatalogueLookup {
  return {
    async find(skus) {
      // A SKU has no character that would have to be escaped.
      const query = skus.map((sku) => `&sku=${sku}`).join('');
      const answer = await answered(`${url}/products?limit=${PAGE}${query}`, limitMs);
      if (!Answer.Check(answer))
        throw new CatalogueUnavailableError({ cause: new Error('the answer is not a page of products') });
      return answer.items.map(productState);
    },
  };
}

async function answered(url: string, limitMs: number): Promise<unknown> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(limitMs),
      headers: { accept: 'application/json' },
    });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`the answer is ${response.status}`);
    return body;
  } catch (cause) {
    throw new CatalogueUnavailableError({ cause });
  }
}
