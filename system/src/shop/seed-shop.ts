import type { CreateProduct } from '@souk/contracts/http/product';
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

interface Article {
  readonly product: CreateProduct;
  /** Pieces of each SKU that the shop keeps in stock. */
  readonly stock: number;
}

function article(stock: number, title: string, description: string, variants: Readonly<Record<string, number>>): Article {
  return {
    stock,
    product: {
      title,
      description,
      variants: Object.entries(variants).map(([sku, cents]) => ({ sku, price: { amount: cents, currency: 'EUR' } })),
    },
  };
}

/** Goods of a small shop for tea and accessories. */
const ASSORTMENT: readonly Article[] = [
  article(400, 'Sencha Kagoshima', 'First flush green tea from southern Japan, grassy and mild.', {
    'TEA-SENCHA-100': 1290,
    'TEA-SENCHA-250': 2890,
  }),
  article(300, 'Darjeeling Second Flush', 'Muscatel black tea, picked in June at 1,800 metres.', { 'TEA-DARJ-100': 1490 }),
  article(300, 'Assam Breakfast', 'Strong and malty, takes milk.', { 'TEA-ASSAM-250': 1190, 'TEA-ASSAM-500': 2090 }),
  article(250, 'Mint and Verbena', 'A blend without caffeine from the Atlas mountains.', { 'TEA-MINT-80': 890 }),
  article(120, 'Iron teapot, 0.6 l', 'Cast iron, enamelled inside, with a steel strainer.', {
    'POT-IRON-BLACK': 5900,
    'POT-IRON-GREEN': 5900,
  }),
  article(200, 'Glass teapot, 1 l', 'Borosilicate glass that shows the colour of the tea.', { 'POT-GLASS-1L': 3450 }),
  article(350, 'Tea cup, stoneware', 'Hand-turned, 180 ml, safe for the dishwasher.', {
    'CUP-STONE-SAND': 1450,
    'CUP-STONE-SLATE': 1450,
  }),
  article(180, 'Bamboo whisk', 'Eighty tines, for matcha.', { 'WHISK-80': 1690 }),
  article(150, 'Kettle with thermometer', 'Holds 70, 80 or 95 degrees; 1.2 l; 1,800 W.', { 'KETTLE-12': 7990 }),
  article(500, 'Tea filters, 100 pieces', 'Unbleached paper, compostable.', { 'FILTER-100': 490 }),
  article(90, 'Tea tray, walnut', 'Solid walnut with a drip channel, 40 by 28 cm.', { 'TRAY-WALNUT': 6490 }),
  // Low stock on purpose: the out-of-stock story orders more than this.
  article(3, 'Gyokuro Imperial, lot 7', 'Shaded for three weeks. Three tins are all there is.', { 'TEA-GYOKURO-7': 8900 }),
];

const WAREHOUSES = [
  { name: 'Hamburg', priority: 1 },
  { name: 'Rotterdam', priority: 2 },
] as const;
