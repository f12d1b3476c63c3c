import { aMovement, aReservation, healthy } from '../healthy-snapshot.ts';
import { type Fault, ON_HAND, OVERSOLD, RESERVATION, RESERVED } from './fault.ts';

const [receipt, ...otherMovements] = healthy.movements;
const level = { sku: 'LAMP', warehouseId: 'w-1', onHand: 8, reserved: 0 };

export const STOCK_FAULTS: readonly Fault[] = [
  {
    what: 'more reserved than there was, put right later',
    breaks: [OVERSOLD],
    facts: {
      movements: [
        ...healthy.movements,
        aMovement({ reservedDelta: 9, onHandAfter: 8, reservedAfter: 9 }),
        aMovement({ reservedDelta: -9, onHandAfter: 8 }),
      ],
    },
  },
  {
    what: 'less than nothing reserved, put right later',
    breaks: [OVERSOLD],
    facts: {
      movements: [
        ...healthy.movements,
        aMovement({ reservedDelta: -1, onHandAfter: 8, reservedAfter: -1 }),
        aMovement({ reservedDelta: 1, onHandAfter: 8 }),
      ],
    },
  },
  {
    what: 'a line of the ledger whose sum is wrong',
    breaks: [OVERSOLD],
    facts: { movements: [{ ...(receipt ?? aMovement()), onHandAfter: 11 }, ...otherMovements] },
  },
  { what: 'a level that no movement explains', breaks: [ON_HAND], facts: { levels: [{ ...level, onHand: 9 }] } },
  { what: 'movements without a level', breaks: [ON_HAND], facts: { levels: [] } },
  { what: 'a reserved piece that no order holds', breaks: [RESERVED], facts: { levels: [{ ...level, reserved: 1 }] } },
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
    what: 'a reservation of an order that is not there',
    breaks: [RESERVATION],
    facts: { reservations: [...healthy.reservations, aReservation({ orderId: 'o-nobody' })] },
  },
];
