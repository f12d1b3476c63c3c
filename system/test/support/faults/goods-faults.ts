import { aMovement, aReservation, healthy } from '../healthy-snapshot.ts';
import { type Fault, LOW, NUMBERED, ON_HAND, OVERSOLD, RESERVATION, RESERVED } from './fault.ts';

const [receipt, ...otherMovements] = healthy.movements;
const level = { sku: 'LAMP', warehouseId: 'w-1', onHand: 8, reserved: 0, movements: 6, lowTurns: 3 };

/** The last movement of a healthy ledger with another number. */
const lastNumbered = (number: number) => healthy.movements.map((one, index) => (index === 5 ? { ...one, number } : one));

export const STOCK_FAULTS: readonly Fault[] = [
  {
    what: 'more reserved than there was, put right later',
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
    what: 'less than nothing reserved, put right later',
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
    what: 'a line of the ledger whose sum is wrong',
    breaks: [OVERSOLD],
    facts: { movements: [{ ...(receipt ?? aMovement()), onHandAfter: 11 }, ...otherMovements] },
  },
  { what: 'a number that is missing in the ledger', breaks: [NUMBERED], facts: { movements: lastNumbered(7) } },
  { what: 'a number that two movements have', breaks: [NUMBERED], facts: { movements: lastNumbered(5) } },
  {
    what: 'a level that counts a movement that is not in the ledger',
    breaks: [NUMBERED],
    facts: { levels: [{ ...level, movements: 7 }] },
  },
  { what: 'a level that no movement explains', breaks: [ON_HAND], facts: { levels: [{ ...level, onHand: 9 }] } },
  { what: 'movements without a level', breaks: [ON_HAND, LOW], facts: { levels: [] } },
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
