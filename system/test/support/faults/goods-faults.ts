import { aMovement, aReservation, healthy } from '../healthy-snapshot.ts';
import { CATEGORY_USE, type Fault, LOW, NUMBERED, ON_HAND, OVERSOLD, RESERVATION, RESERVED, TREE } from './fault.ts';

const [receipt, ...otherMovements] = healthy.movements;
const level = { sku: 'LAMP', warehouseId: 'w-1', onHand: 8, reserved: 0, movements: 6, lowTurns: 3 };

const [low] = healthy.lows;
/** The last movement of a healthy ledger with another number. */
const lastNumbered = (number: number) => healthy.movements.map((one, index) => (index === 5 ? { ...one, number } : one));
const [top, one, two] = healthy.categories;
const category = { ...top, id: 'c-x', parentId: null, position: 1 };
const categories = (...changed: readonly (typeof one)[]) => ({ categories: changed.flatMap((it) => it ?? []) });

export const GOODS_FAULTS: readonly Fault[] = [
  {
    what: 'more reserved than on hand, corrected later',
    breaks: [OVERSOLD],
    facts: {
      movements: [
        ...healthy.movements,
        aMovement({ number: 7, reservedDelta: 9, onHandAfter: 8, reservedAfter: 9 }),
        aMovement({ number: 8, reservedDelta: -9, onHandAfter: 8 }),
      ],
      levels: [{ ...level, movements: 8 }],
    },
  },
  {
    what: 'a negative reserved quantity, corrected later',
    breaks: [OVERSOLD],
    facts: {
      movements: [
        ...healthy.movements,
        aMovement({ number: 7, reservedDelta: -1, onHandAfter: 8, reservedAfter: -1 }),
        aMovement({ number: 8, reservedDelta: 1, onHandAfter: 8 }),
      ],
      levels: [{ ...level, movements: 8 }],
    },
  },
  {
    what: 'a ledger entry whose sum is wrong',
    breaks: [OVERSOLD],
    facts: { movements: [{ ...(receipt ?? aMovement()), onHandAfter: 11 }, ...otherMovements] },
  },
  { what: 'a gap in the numbers of the ledger', breaks: [NUMBERED], facts: { movements: lastNumbered(7) } },
  { what: 'two movements with the same number', breaks: [NUMBERED], facts: { movements: lastNumbered(5) } },
  {
    what: 'a level that counts a movement too many',
    breaks: [NUMBERED],
    facts: { levels: [{ ...level, movements: 7 }] },
  },
  { what: 'a level that is not the sum of its movements', breaks: [ON_HAND], facts: { levels: [{ ...level, onHand: 9 }] } },
  { what: 'movements without a level', breaks: [ON_HAND, LOW], facts: { levels: [] } },
  { what: 'a reserved piece without a reservation', breaks: [RESERVED], facts: { levels: [{ ...level, reserved: 1 }] } },
  {
    what: 'an open reservation of a completed order',
    breaks: [RESERVED, RESERVATION],
    facts: { reservations: [aReservation({ status: 'reserved' }), ...healthy.reservations.slice(1)] },
  },
  {
    what: 'a completed order without a reservation',
    breaks: [RESERVATION],
    facts: { reservations: healthy.reservations.slice(1) },
  },
  {
    what: 'a committed reservation of a cancelled order',
    breaks: [RESERVATION],
    facts: {
      reservations: healthy.reservations.map((reservation) => ({
        ...reservation,
        ...(reservation.orderId === 'o-back' && { status: 'committed' as const }),
      })),
    },
  },
  {
    what: 'a reservation of an order that does not exist',
    breaks: [RESERVATION],
    facts: { reservations: [...healthy.reservations, aReservation({ orderId: 'o-nobody' })] },
  },
  { what: 'a SKU that ran low and was not reported', breaks: [LOW], facts: { lows: [] } },
  { what: 'a SKU that was reported low twice', breaks: [LOW], facts: { lows: [...healthy.lows, ...healthy.lows] } },
  {
    what: 'a report about a SKU without a level',
    breaks: [LOW],
    facts: { lows: [...healthy.lows, ...(low ? [{ ...low, sku: 'GHOST', available: 0 }] : [])] },
  },
  {
    what: 'a SKU that is reported low with enough available',
    breaks: [LOW],
    facts: { lows: low ? [{ ...low, threshold: 7 }] : [] },
  },
  {
    what: 'a SKU that is reported low with a quantity it never had',
    breaks: [LOW],
    facts: { lows: low ? [{ ...low, available: 3 }] : [] },
  },
  {
    what: 'a level that counts one low-stock event too many',
    breaks: [LOW],
    facts: { levels: [{ ...level, lowTurns: 4 }] },
  },
  {
    what: 'categories that form a circle',
    breaks: [TREE],
    facts: categories(top, one && { ...one, parentId: 'c-two', position: 0 }, two && { ...two, parentId: 'c-one', position: 0 }),
  },
  {
    what: 'a category whose parent does not exist',
    breaks: [TREE],
    facts: categories(top, one, two, { ...category, parentId: 'c-gone', position: 0 }),
  },
  { what: 'a gap between siblings', breaks: [TREE], facts: categories(top, one, two, { ...category, position: 2 }) },
  {
    what: 'a category that counts too many products',
    breaks: [CATEGORY_USE],
    facts: { categoryUse: [{ categoryId: 'c-one', products: 2 }] },
  },
  {
    what: 'a category that counts none of its products',
    breaks: [CATEGORY_USE],
    facts: { categoryUse: [] },
  },
  {
    what: 'a product in a category that does not exist',
    breaks: [CATEGORY_USE],
    facts: {
      categoryUse: [...healthy.categoryUse, { categoryId: 'c-gone', products: 1 }],
      products: [{ id: 'a-lamp', categoryIds: ['c-one', 'c-gone'] }],
    },
  },
];
