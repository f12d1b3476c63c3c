import { describe, expect, test } from 'bun:test';
import type { CatalogueEntry } from '../../src/domain/catalogue.ts';
import { type OrderRequest, placeOrder } from '../../src/domain/place-order.ts';
import { ADDRESS, surroundings, DEADLINES, eur, METHOD_ID, NOW, PRODUCT_ID, USER_ID } from '../orders.ts';

function entry(sku: string, changes: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return {
    sku,
    productId: PRODUCT_ID,
    title: `The ${sku}`,
    options: { size: sku },
    price: eur(1000),
    active: true,
    version: 1,
    changedAt: NOW,
    ...changes,
  };
}

const CATALOGUE = new Map(
  [
    entry('MUG'),
    entry('TEA', { price: eur(499) }),
    entry('OLD', { active: false }),
    entry('YEN', { price: { amount: 2000, currency: 'JPY' } }),
  ].map((known) => [known.sku, known]),
);

function place(changes: Partial<OrderRequest> = {}) {
  const request = {
    userId: USER_ID,
    items: [{ sku: 'MUG', quantity: 3 }],
    shippingAddress: ADDRESS,
    paymentMethodId: METHOD_ID,
    ...changes,
  };
  return placeOrder(request, (sku) => CATALOGUE.get(sku), surroundings());
}

function items(...skus: string[]) {
  return skus.map((sku) => ({ sku, quantity: 1 }));
}

describe('placing an order', () => {
  test('freezes titles and prices and adds them up to the cent', () => {
    const placement = place({
      items: [
        { sku: 'MUG', quantity: 3 },
        { sku: 'TEA', quantity: 2 },
      ],
    });
    expect(placement).toMatchObject({
      kind: 'placed',
      order: {
        status: 'placed',
        items: [
          { sku: 'MUG', title: 'The MUG', quantity: 3, unitPrice: eur(1000) },
          { sku: 'TEA', title: 'The TEA', quantity: 2, unitPrice: eur(499) },
        ],
        total: eur(3998),
        version: 1,
        placedAt: NOW,
        deadlineAt: NOW + DEADLINES.placed,
      },
    });
  });

  test('accepts the expected total', () => {
    expect(place({ expectedTotal: eur(3000) }).kind).toBe('placed');
  });

  test('adds up the largest order there can be without losing a cent', () => {
    const price = { amount: 90_000_000_000, currency: 'EUR' };
    const many = Array.from({ length: 100 }, (_, line) => ({ sku: `S${line}`, quantity: 999 }));
    const request = { userId: USER_ID, items: many, shippingAddress: ADDRESS, paymentMethodId: METHOD_ID };
    const placement = placeOrder(request, (sku) => entry(sku, { price }), surroundings());
    expect(placement).toMatchObject({ kind: 'placed', order: { total: eur(8_991_000_000_000_000) } });
  });
});

describe('an order is refused', () => {
  test.each([
    ['a SKU twice', items('MUG', 'TEA', 'MUG'), { code: 'sku-repeated', lines: [2] }],
    ['unknown SKUs', items('MUG', 'HAT', 'CAP'), { code: 'sku-unknown', lines: [1, 2] }],
    ['a SKU that is not on sale', items('MUG', 'OLD'), { code: 'sku-inactive', lines: [1] }],
    ['two currencies', items('MUG', 'YEN', 'TEA'), { code: 'mixed-currencies', lines: [1] }],
  ] as const)('with %s', (_why, asked, refusal) => {
    expect(place({ items: asked })).toEqual({ kind: 'refused', refusal });
  });

  test('when its total is not the expected one, and the refusal has the right one', () => {
    expect(place({ expectedTotal: eur(2999) })).toEqual({
      kind: 'refused',
      refusal: { code: 'total-changed', total: eur(3000) },
    });
    const yen = { amount: 3000, currency: 'JPY' };
    expect(place({ expectedTotal: yen }).kind).toBe('refused');
  });
});

test('a line keeps the options of its variant, and none where the copy does not know them yet', () => {
  const request = { userId: USER_ID, items: ['CUP', 'OLD'].map((sku) => ({ sku, quantity: 1 })), shippingAddress: ADDRESS, paymentMethodId: METHOD_ID };
  const entries = new Map([entry('CUP'), entry('OLD', { options: null })].map((each) => [each.sku, each]));
  const placement = placeOrder(request, (sku) => entries.get(sku), surroundings());
  expect(placement.kind === 'placed' && placement.order.items.map(({ options }) => options)).toEqual([{ size: 'CUP' }, null]);
});
