import { Type } from '@sinclair/typebox';
import { compiledLate } from '@souk/chassis/compiled-late';
import { Sku, Uuid } from '@souk/contracts/ids';
import type { CatalogueEntry } from '../domain/catalogue-entry.ts';
import { type LookUpSku, ProductAwayError } from './look-up-sku.ts';

interface FetchSkuOptions {
  /** Product's base URL. */
  readonly productUrl: string;
  readonly timeoutMs?: number;
}

/** The part of Product's answer that is read here; it may hold more. */
const products = compiledLate(
  Type.Object({
    items: Type.Array(
      Type.Object({
        id: Uuid,
        version: Type.Integer({ minimum: 1 }),
        variants: Type.Array(Type.Object({ sku: Sku })),
      }),
    ),
  }),
);

/** Looks a SKU up with one GET request to Product. */
export function fetchSku({ productUrl, timeoutMs = 2000 }: FetchSkuOptions): LookUpSku {
  return async (sku, authorization) => {
    const url = `${productUrl.replace(/\/$/, '')}/products?sku=${encodeURIComponent(sku)}`;
    const body = await answerOf(url, authorization, timeoutMs);
    if (!products().Check(body)) throw new ProductAwayError({ cause: new Error('the answer is not a page of products') });
    return entryOf(sku, body.items);
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

type Found = { readonly id: string; readonly version: number; readonly variants: readonly { readonly sku: string }[] };

function entryOf(sku: string, items: readonly Found[]): CatalogueEntry | null {
  const found = items.find(({ variants }) => variants.some((variant) => variant.sku === sku));
  return found === undefined ? null : { sku, productId: found.id, version: found.version };
}
