import { newId } from '@souk/chassis/ids';
import fc from 'fast-check';
import { changeWarehouse } from '../src/usecases/change-warehouses.ts';
import { orderCancelled, orderCompleted, orderCreated } from './builders.ts';
import type { Stockroom } from './stockroom.ts';

const SKUS = ['cup', 'jug', 'pot'] as const;
const ORDERS = 8;
const WAREHOUSES = 3;

/** Things that may happen to a stockroom, by small numbers, so that the same story can be told to several. */
export type Happening =
  | { readonly kind: 'receipt'; readonly sku: string; readonly place: number; readonly quantity: number }
  | { readonly kind: 'adjustment'; readonly sku: string; readonly place: number; readonly quantity: number }
  | { readonly kind: 'transfer'; readonly sku: string; readonly place: number; readonly to: number; readonly quantity: number }
  | { readonly kind: 'created'; readonly order: number }
  | { readonly kind: 'completed' | 'cancelled'; readonly order: number }
  | { readonly kind: 'activity'; readonly place: number; readonly active: boolean };

export interface Story {
  /** What each order asks for. */
  readonly items: readonly (readonly { readonly sku: string; readonly quantity: number }[])[];
  readonly happenings: readonly Happening[];
}

const order = fc.nat(ORDERS - 1);
const place = fc.nat(WAREHOUSES - 1);
const sku = fc.constantFrom(...SKUS);

/** A message comes one to three times, at any point of the story; everything else happens once. */
const happening: fc.Arbitrary<readonly Happening[]> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({ kind: fc.constant('receipt' as const), sku, place, quantity: fc.integer({ min: 1, max: 9 }) })
      .map((one) => [one]),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ kind: fc.constant('adjustment' as const), sku, place, quantity: fc.constantFrom(-6, -2, -1, 1, 6) })
      .map((one) => [one]),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ kind: fc.constant('transfer' as const), sku, place, to: place, quantity: fc.integer({ min: 1, max: 6 }) })
      .map((one) => (one.place === one.to ? [] : [one])),
  },
  { weight: 4, arbitrary: repeated(fc.record({ kind: fc.constant('created' as const), order })) },
  { weight: 3, arbitrary: repeated(fc.record({ kind: fc.constant('completed' as const), order })) },
  { weight: 3, arbitrary: repeated(fc.record({ kind: fc.constant('cancelled' as const), order })) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('activity' as const), place, active: fc.boolean() }).map((one) => [one]),
  },
);

function repeated<T>(message: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> {
  return fc.tuple(message, fc.integer({ min: 1, max: 3 })).map(([one, times]) => Array<T>(times).fill(one));
}

const item = fc.record({ sku, quantity: fc.integer({ min: 1, max: 6 }) });

export const stories: fc.Arbitrary<Story> = fc.record({
  items: fc.array(fc.uniqueArray(item, { minLength: 1, maxLength: 3, selector: (one) => one.sku }), {
    minLength: ORDERS,
    maxLength: ORDERS,
  }),
  happenings: fc
    .array(happening, { minLength: 5, maxLength: 60 })
    .chain((all) => fc.shuffledSubarray(all.flat(), { minLength: all.flat().length })),
});

/** What a story needs before it begins: warehouses, and ids for its orders. */
export async function settingOf(room: Stockroom) {
  const warehouses: string[] = [];
  for (let rank = 0; rank < WAREHOUSES; rank += 1) warehouses.push(await room.open(rank + 1));
  return { warehouses, orders: Array.from({ length: ORDERS }, newId) };
}

export type Setting = Awaited<ReturnType<typeof settingOf>>;

export async function happen(
  room: Stockroom,
  { warehouses, orders }: Setting,
  { items }: Story,
  what: Happening,
): Promise<unknown> {
  switch (what.kind) {
    case 'receipt':
      return room.receive(what.sku, warehouses[what.place] ?? '', what.quantity);
    case 'adjustment':
      return room.adjust(what.sku, warehouses[what.place] ?? '', what.quantity);
    case 'transfer':
      return room.transfer(what.sku, warehouses[what.place] ?? '', warehouses[what.to] ?? '', what.quantity);
    case 'activity': {
      const change = {
        id: warehouses[what.place] ?? '',
        patch: { active: what.active },
        requireVersion: () => undefined,
      };
      return room.submit(changeWarehouse, change);
    }
    case 'created':
      return room.reserve(orderCreated(orders[what.order] ?? '', [...(items[what.order] ?? [])]));
    case 'completed':
      return room.commit(orderCompleted(orders[what.order] ?? ''));
    case 'cancelled':
      return room.giveBack(orderCancelled(orders[what.order] ?? ''));
    default:
      return what satisfies never;
  }
}
