import { ASSORTMENT, WAREHOUSES } from './assortment.ts';
import { RefusedError, type ShopClient } from './shop-client.ts';

/** Fills an empty shop, or tops up the stock of an existing one. May run again and again. */
export async function seedShop(shop: ShopClient, staffToken: string): Promise<void> {
  const warehouses = await ensureWarehouses(shop, staffToken);
  const skus = ASSORTMENT.flatMap(({ product }) => product.variants.map(({ sku }) => sku));
  const known = new Set((await shop.productsBySku(skus)).items.flatMap(({ variants }) => variants.map(({ sku }) => sku)));
  for (const { product, stock } of ASSORTMENT) {
    const isKnown = product.variants.every(({ sku }) => known.has(sku));
    if (!isKnown) await shop.activate(staffToken, await shop.createProduct(staffToken, product));
    for (const { sku } of product.variants) await topUp(shop, staffToken, sku, stock, warehouses);
  }
}

async function ensureWarehouses(shop: ShopClient, token: string): Promise<readonly string[]> {
  const there = (await shop.warehouses(token)).items;
  return Promise.all(
    WAREHOUSES.map(async ({ name, priority }) => {
      const known = there.find((warehouse) => warehouse.name === name);
      return (known ?? (await shop.createWarehouse(token, name, priority))).id;
    }),
  );
}

/** Two thirds go to the first warehouse, so that larger orders draw on both. */
async function topUp(shop: ShopClient, token: string, sku: string, stock: number, warehouses: readonly string[]): Promise<void> {
  const missing = stock - (await available(shop, sku));
  const shares = [Math.ceil((missing * 2) / 3), Math.floor(missing / 3)];
  for (const [i, warehouseId] of warehouses.entries()) {
    const quantity = shares[i] ?? 0;
    if (quantity > 0) await shop.receive(token, sku, warehouseId, quantity, crypto.randomUUID());
  }
}

async function available(shop: ShopClient, sku: string): Promise<number> {
  try {
    return (await shop.stock(sku)).available;
  } catch (error) {
    // A SKU that was never received has no stock level.
    if (error instanceof RefusedError && error.problem.status === 404) return 0;
    throw error;
  }
}
