import { sumBy, type Rule } from './rule.ts';

interface Place {
  readonly sku: string;
  readonly warehouseId: string;
}

const place = ({ sku, warehouseId }: Place) => `${sku} in ${warehouseId}`;

export const STOCK_RULES: readonly Rule[] = [
  {
    promise: 'the movements of every place are numbered 1..n without gap, and it counts n',
    *violations({ levels, movements }) {
      const counts = new Map<string, number>();
      for (const movement of movements) {
        const expected = (counts.get(place(movement)) ?? 0) + 1;
        counts.set(place(movement), expected);
        if (movement.number !== expected) yield `${place(movement)}: movement ${expected} has the number ${movement.number}`;
      }
      for (const level of levels) {
        const there = counts.get(place(level)) ?? 0;
        if (level.movements !== there) yield `${place(level)}: ${level.movements} movements counted, ${there} in the ledger`;
      }
    },
  },
  {
    promise: 'at no moment of the ledger was more promised than there was',
    *violations({ movements }) {
      const now = new Map<string, { onHand: number; reserved: number }>();
      for (const movement of movements) {
        const before = now.get(place(movement)) ?? { onHand: 0, reserved: 0 };
        const onHand = before.onHand + movement.onHandDelta;
        const reserved = before.reserved + movement.reservedDelta;
        now.set(place(movement), { onHand, reserved });
        if (reserved < 0 || reserved > onHand) yield `${place(movement)}: ${reserved} reserved of ${onHand}`;
        if (onHand !== movement.onHandAfter || reserved !== movement.reservedAfter) {
          yield `${place(movement)}: the ledger says ${movement.onHandAfter}/${movement.reservedAfter}, its sum is ${onHand}/${reserved}`;
        }
      }
    },
  },
  {
    promise: 'stock on hand is the sum of its movements',
    *violations({ levels, movements }) {
      const moved = sumBy(movements, place, ({ onHandDelta }) => onHandDelta);
      for (const level of levels) {
        const sum = moved.get(place(level)) ?? 0;
        if (level.onHand !== sum) yield `${place(level)}: ${level.onHand} on hand, ${sum} moved`;
      }
      const known = new Set(levels.map(place));
      for (const [where] of moved) if (!known.has(where)) yield `${where}: movements without a level`;
    },
  },
  {
    promise: 'what is reserved is the sum of the open reservations',
    *violations({ levels, reservations }) {
      const open = reservations.filter(({ status }) => status === 'reserved').flatMap(({ lines }) => lines);
      const held = sumBy(open, place, ({ quantity }) => quantity);
      for (const level of levels) {
        const sum = held.get(place(level)) ?? 0;
        if (level.reserved !== sum) yield `${place(level)}: ${level.reserved} reserved, ${sum} in open reservations`;
      }
    },
  },
  {
    promise: 'a reservation ends as its order does',
    *violations({ orders, reservations }) {
      const byOrder = new Map(reservations.map((reservation) => [reservation.orderId, reservation.status]));
      const fitting = {
        placed: ['reserved', 'refused', undefined],
        awaiting_payment: ['reserved'],
        completed: ['committed'],
        rejected: ['refused'],
        cancelled: ['released', 'restocked', 'refused', 'cancelled'],
      } as const;
      for (const { id, status } of orders) {
        const reservation = byOrder.get(id);
        const fits: readonly (string | undefined)[] = fitting[status];
        if (!fits.includes(reservation)) yield `order ${id} is ${status}, its reservation ${reservation ?? 'missing'}`;
        byOrder.delete(id);
      }
      for (const [orderId] of byOrder) yield `a reservation for order ${orderId}, which does not exist`;
    },
  },
];
