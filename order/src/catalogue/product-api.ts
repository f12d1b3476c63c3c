import { lazyCheck } from '@souk/chassis/lazy-check';
import { Sku, UtcTime, Uuid } from '@souk/contracts/strings';
import { Currency } from '@souk/contracts/money';
import { Type } from '@sinclair/typebox';
import { circuitBreaker, ConsecutiveBreaker, handleAll, timeout, TimeoutStrategy, wrap } from 'cockatiel';
import { type CatalogueLookup, CatalogueUnavailableError, type ProductState, productState } from '../domain/catalogue.ts';

interface ProductApiOptions {
  /** Base URL of Product: `http://127.0.0.1:4001` */
  readonly url: string;
  /** Time-out in milliseconds for the whole call, the body included. */
  readonly limitMs?: number;
  /** Milliseconds for which the circuit breaker stays open; then one request tries Product again. */
  readonly restMs?: number;
}

/** Consecutive failures that open the circuit breaker: Product is then not asked for a while, and orders are refused at once. */
const FAILURES_IN_A_ROW = 5;

/** Page size: a SKU has one product at most, and an order has 100 lines at most. */
const PAGE = 100;

/** Checks only the fields that are read, and allows others: Product may add to its answers. */
const answerCheck = lazyCheck(
  Type.Object({
    items: Type.Array(
      Type.Object({
        id: Uuid,
        version: Type.Integer({ minimum: 1 }),
        title: Type.String(),
        status: Type.String(),
        updatedAt: UtcTime,
        variants: Type.Array(
          Type.Object({
            sku: Sku,
            options: Type.Record(Type.String(), Type.String()),
            price: Type.Object({ amount: Type.Integer({ minimum: 0 }), currency: Currency }),
          }),
        ),
      }),
    ),
  }),
);

/** Client of Product's public REST API. */
export function productApi({ url, limitMs = 2000, restMs = 5000 }: ProductApiOptions): CatalogueLookup {
  const breaker = new ConsecutiveBreaker(FAILURES_IN_A_ROW);
  const guarded = wrap(
    circuitBreaker(handleAll, { breaker, halfOpenAfter: restMs }),
    timeout(limitMs, TimeoutStrategy.Aggressive),
  );
  return {
    async find(skus) {
      // No character of a SKU needs escaping.
      const query = skus.map((sku) => `&sku=${sku}`).join('');
      try {
        return await guarded.execute(({ signal }) => asked(`${url}/products?limit=${PAGE}${query}`, signal));
      } catch (cause) {
        throw new CatalogueUnavailableError({ cause });
      }
    },
  };
}

async function asked(url: string, signal: AbortSignal): Promise<ProductState[]> {
  const response = await fetch(url, { signal, headers: { accept: 'application/json' } });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`the answer is ${response.status}`);
  if (!answerCheck().Check(answer)) throw new Error('the answer is not a page of products');
  return answer.items.map(productState);
}
