import { Type } from '@sinclair/typebox';
import { lazyCheck } from '@souk/chassis/lazy-check';
import { Sku, Uuid } from '@souk/contracts/strings';
import { type CatalogueEntry, type LookUpSkus, ProductAwayError } from '../domain/catalogue.ts';

interface FetchSkusOptions {
  /** Product's base URL. */
  readonly productUrl: string;
  readonly timeoutMs?: number;
}

/** The part of Product's answer that is used here; the answer may hold more. */
const products = lazyCheck(
  Type.Object({
    items: Type.Array(
      Type.Object({
        id: Uuid,
        version: Type.Integer({ minimum: 1 }),
        status: Type.String(),
        variants: Type.Array(Type.Object({ sku: Sku })),
      }),
    ),
  }),
);

/** Looks up SKUs with one GET request to Product: at most 100, which is one page. */
export function fetchSkus({ productUrl, timeoutMs = 2000 }: FetchSkusOptions): LookUpSkus {
  return async (skus, authorization) => {
    const asked = skus.map((sku) => `sku=${encodeURIComponent(sku)}`).join('&');
    const url = `${productUrl.replace(/\/$/, '')}/products?${asked}&limit=${skus.length}`;
    const body = await answerOf(url, authorization, timeoutMs);
    if (!products().Check(body)) throw new ProductAwayError({ cause: new Error('the answer is not a page of products') });
    return entriesOf(new Set(skus), body.items);
  };
}

async function answerOf(url: string, authorization: string | null, timeoutMs: number): Promise<unknown> {
  try {
    const headers = { accept: 'application/json', ...(authorization !== null && { authorization }) };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`Product answered ${response.status}`);
    return body;
  } catch (cause) {
    throw new ProductAwayError({ cause });
  }
}

interface Found {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly variants: readonly { readonly sku: string }[];
}

function entriesOf(wanted: ReadonlySet<string>, items: readonly Found[]): readonly CatalogueEntry[] {
  return items.flatMap(({ id: productId, version, status, variants }) =>
    variants.filter(({ sku }) => wanted.has(sku)).map(({ sku }) => ({ sku, productId, version, onSale: status === 'active' })),
  );
}
