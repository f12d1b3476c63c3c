import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { LOOKS } from '@souk/chassis/web/paging';
import { ORDER_WAITS, type OrderWait } from '@souk/contracts/http/order';
import type { ShipmentStatus } from '@souk/contracts/saga';
import type { Order, OrderLine } from '../../src/domain/order.ts';
import type { OrderFilter } from '../../src/storage/order-store.ts';
import { ALLOCATIONS, anOrder, eur, NORTH, NOW, SHORTAGES, SOUTH, USER_ID } from '../orders.ts';
import type { OpenedStore } from './describe-order-store.ts';
import { put, settle } from './settle.ts';

type Asked = Partial<OrderFilter>;

/** Made about when it was placed: a filter by time begins at ids of that time. */
const MADE = NOW.toString(16).padStart(12, '0').replace(/^.{8}/, '$&-');
const id = (number: number) => `${MADE}-7c3e-8f00-${String(number).padStart(12, '0')}`;
const parcels = (...statuses: readonly ShipmentStatus[]): Order['shipments'] =>
  statuses.map((status, at) => ({ id: id(900 + at), warehouseId: NORTH, status, items: [{ sku: 'MUG', quantity: 1 }], carrier: null, trackingNumber: null }));

const MUGS: OrderLine = { sku: 'MUG', productId: NORTH, title: 'Blue mug', options: {}, quantity: 3, unitPrice: eur(1000) };
const cancelled = { status: 'cancelled', reason: 'cancelled_by_customer', deadlineAt: null, countsUntil: null } as const;
const completed = { status: 'completed', paymentStatus: 'paid', allocations: ALLOCATIONS, deadlineAt: null, countsUntil: null } as const;

/** Orders by the story that they tell, and what they wait for. */
const STORIES: readonly (readonly [story: string, waits: readonly OrderWait[], changes: Partial<Order>])[] = [
  ['just placed', ['stock'], {}],
  ['reserved', ['payment'], { status: 'awaiting_payment', paymentStatus: 'pending', allocations: ALLOCATIONS }],
  ['rejected', [], { status: 'rejected', reason: 'out_of_stock', shortages: SHORTAGES, deadlineAt: null }],
  ['cancelled before Inventory said anything', [], cancelled],
  ['cancelled, and there was too little anyhow', [], { ...cancelled, shortages: SHORTAGES }],
  ['cancelled while goods were held', ['stock_back'], { ...cancelled, reason: 'payment_declined', paymentStatus: 'failed', allocations: ALLOCATIONS }],
  ['cancelled, and the goods are back', [], { ...cancelled, allocations: [] }],
  ['cancelled after it was paid', ['stock_back', 'money_back'], { ...cancelled, paymentStatus: 'paid', allocations: ALLOCATIONS }],
  ['cancelled, and a part of the money is back', ['money_back'], { ...cancelled, paymentStatus: 'partially_refunded', refunded: 1, allocations: [] }],
  ['cancelled, and all is back', [], { ...cancelled, paymentStatus: 'refunded', refunded: 3499, allocations: [] }],
  ['completed', ['shipping'], { ...completed, shipments: parcels('pending', 'pending') }],
  ['completed, and partly refunded', ['shipping'], { ...completed, paymentStatus: 'partially_refunded', refunded: 1, shipments: parcels('pending') }],
  ['completed, and refunded before it was sent', [], { ...completed, paymentStatus: 'refunded', refunded: 3499, shipments: parcels('pending') }],
  ['completed, refunded before it was sent, and erased', [], { ...completed, erasedAt: NOW, shipments: parcels('pending') }],
  ['partly sent', ['shipping', 'delivery'], { ...completed, shipments: parcels('pending', 'shipped') }],
  ['sent, and refunded', ['delivery'], { ...completed, paymentStatus: 'refunded', refunded: 3499, shipments: parcels('shipped', 'delivered') }],
  ['delivered', [], { ...completed, shipments: parcels('delivered', 'delivered') }],
];

/** Looking for orders on every store: `open` gives an empty one. */
export function describeOrderFilters(name: string, open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  const fill = async (orders: readonly Order[]) => {
    for (let from = 0; from < orders.length; from += 300) await settle(opened.store, [put({ orders: orders.slice(from, from + 300) })]);
  };
  /** All pages, each of what one request found; and the number of requests. */
  async function found(filter: Asked, limit = 5): Promise<{ readonly ids: readonly string[]; readonly requests: number }> {
    const ids: string[] = [];
    let before: string | undefined;
    for (let requests = 1; ; requests += 1) {
      const { rows, reached } = await opened.store.reads.orders({ ...filter, before, limit });
      ids.push(...rows.map((order) => order.id));
      const end = rows.length === limit ? rows.at(-1)?.id : reached;
      if (end === undefined) return { ids, requests };
      before = end;
    }
  }

  describe(`${name}: orders are found`, () => {
    beforeAll(async () => {
      opened = await open();
      await fill(STORIES.map(([, , changes], at) => anOrder({ id: id(at), userId: at % 2 === 0 ? USER_ID : SOUTH, placedAt: NOW + at * 1000, ...changes })));
      await fill([anOrder({ id: id(500), userId: NORTH, items: [{ ...MUGS, sku: 'mug' }] })]);
    });
    afterAll(() => opened.close());

    const stories = (ids: readonly string[]) => ids.map((found_) => STORIES[Number(found_.slice(-3))]?.[0] ?? 'of another test').toReversed();

    test.each(ORDER_WAITS)('by what they wait for: %s', async (waitsFor) => {
      const expected = STORIES.filter(([, waits]) => waits.includes(waitsFor)).map(([story]) => story);
      const { ids } = await found({ waitsFor, placedBefore: NOW + 900_000, sku: 'MUG' });
      expect(stories(ids)).toEqual(expected);
      const alone = (await found({ waitsFor })).ids.filter((one_) => one_ !== id(500));
      expect(stories(alone)).toEqual(expected);
    });

    test('by reason, among all and among a customer’s', async () => {
      expect(stories((await found({ reason: 'payment_declined' })).ids)).toEqual(['cancelled while goods were held']);
      expect(stories((await found({ reason: 'out_of_stock' })).ids)).toEqual(['rejected']);
      expect(stories((await found({ reason: 'out_of_stock', userId: USER_ID })).ids)).toEqual(['rejected']);
      expect((await found({ reason: 'out_of_stock', userId: SOUTH })).ids).toEqual([]);
      expect((await found({ reason: 'payment_expired' })).ids).toEqual([]);
    });

    test('by SKU, letter for letter, on any line', async () => {
      expect((await found({ sku: 'TEA' })).ids).toHaveLength(STORIES.length);
      expect((await found({ sku: 'mug' })).ids).toEqual([id(500)]);
      expect((await found({ sku: 'MUG' })).ids).not.toContain(id(500));
      expect((await found({ sku: 'MU' })).ids).toEqual([]);
      expect((await found({ sku: 'M%' })).ids).toEqual([]);
      expect((await found({ sku: "MUG' or '1'='1" })).ids).toEqual([]);
    });

    test('by several at once', async () => {
      const of = async (filter: Asked) => stories((await found(filter)).ids);
      expect(await of({ waitsFor: 'stock_back', reason: 'payment_declined' })).toEqual(['cancelled while goods were held']);
      expect(await of({ waitsFor: 'stock_back', userId: SOUTH })).toEqual(['cancelled while goods were held', 'cancelled after it was paid']);
      expect(await of({ waitsFor: 'stock_back', status: 'cancelled', sku: 'TEA', placedAfter: NOW + 6000 })).toEqual(['cancelled after it was paid']);
      expect(await of({ waitsFor: 'shipping', placedBefore: NOW + 11_000 })).toEqual(['completed']);
      expect(await of({ waitsFor: 'stock', sku: 'mug' })).toEqual(['of another test']);
    });

    test('not where the parts exclude each other, and then nothing is looked at', async () => {
      for (const filter of [
        { waitsFor: 'stock', status: 'completed' },
        { reason: 'out_of_stock', status: 'cancelled' },
        { reason: 'out_of_stock', waitsFor: 'money_back' },
      ] as const) {
        expect(await opened.store.reads.orders({ ...filter, limit: 5 })).toEqual({ rows: [] });
      }
    });
  });

  describe(`${name}: few among many orders are found`, () => {
    const MANY = 2 * LOOKS + 50;
    /** The numbers of the orders that match: the first, the last, and around the end of what one request looks at. */
    const RARE = [0, 7, MANY - 2 * LOOKS, MANY - LOOKS - 1, MANY - LOOKS, MANY - LOOKS + 1, MANY - 1];
    const rare = RARE.map(id).toReversed();
    beforeAll(async () => {
      opened = await open();
      const isRare = new Set(RARE);
      const back = { ...cancelled, allocations: [], items: [MUGS] };
      const waiting = { ...cancelled, reason: 'payment_expired', paymentStatus: 'paid', allocations: ALLOCATIONS, items: [{ ...MUGS, sku: 'RARE' }] } as const;
      await fill(Array.from({ length: MANY }, (_, number) => anOrder({ id: id(number), ...(isRare.has(number) ? waiting : back) })));
    }, 60_000);
    afterAll(() => opened.close());

    test.each<[string, Asked]>([
      ['by what they wait for', { waitsFor: 'stock_back' }],
      ['by the money', { waitsFor: 'money_back', userId: USER_ID }],
      ['by reason', { reason: 'payment_expired' }],
      ['by SKU', { sku: 'RARE' }],
      ['by all of it', { waitsFor: 'stock_back', reason: 'payment_expired', sku: 'RARE', status: 'cancelled', userId: USER_ID, placedAfter: NOW }],
    ])('%s: none is lost and none comes twice, whatever a page has', async (_, filter) => {
      for (const limit of [1, 2, 3, 5, 100]) expect((await found(filter, limit)).ids).toEqual(rare);
      expect((await found(filter, 100)).requests).toBe(3);
    });

    test('a request looks at so many orders, and says how far it came', async () => {
      for (const filter of [{ reason: 'inventory_timeout' }, { sku: 'NONE' }, { waitsFor: 'stock_back', sku: 'NONE' }] as const) {
        expect(await opened.store.reads.orders({ ...filter, limit: 5 })).toEqual({ rows: [], reached: id(MANY - LOOKS) });
      }
    });
  });

  test(`${name}: a search for a SKU looks at fewer orders where these have many lines`, async () => {
    opened = await open();
    try {
      const items = Array.from({ length: 100 }, (_, at) => ({ ...MUGS, sku: `SKU-${at}` }));
      await fill(Array.from({ length: 45 }, (_, number) => anOrder({ id: id(number), items: number === 3 ? [MUGS] : items })));
      expect(await opened.store.reads.orders({ sku: 'MUG', limit: 5 })).toEqual({ rows: [], reached: id(25) });
      expect(await found({ sku: 'MUG' })).toEqual({ ids: [id(3)], requests: 3 });
      expect((await found({ sku: 'SKU-99' }, 20)).ids).toHaveLength(44);
    } finally {
      await opened.close();
    }
  }, 60_000);
}
