import type { CreateProduct } from '@souk/contracts/http/product';

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
export const ASSORTMENT: readonly Article[] = [
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

export const WAREHOUSES = [
  { name: 'Hamburg', priority: 1 },
  { name: 'Rotterdam', priority: 2 },
] as const;
