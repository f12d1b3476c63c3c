import { describe, expect, test } from 'bun:test';
import { ReservationStatus } from '@souk/contracts/saga';
import { topicsReadBy } from '@souk/contracts/topics';
import type { StockLevels } from '../src/domain/move-stock.ts';
import { answerReservation, type On, type Outcome, RESERVATION_SAGA, type State, type Surroundings } from '../src/domain/reservation-saga.ts';
import { networkOf } from '../src/domain/warehouse.ts';
import { aReservation, aWarehouse } from './builders.ts';

const MESSAGES: readonly On[] = ['order.created', 'order.completed', 'order.cancelled'];
const STATES: readonly State[] = ['none', ...ReservationStatus.anyOf.map((status) => status.const)];

/** The answers as the design lists them; what is here and what the table says are written twice on purpose. */
const EXPECTED: Readonly<Record<State, readonly [created: string, completed: string, cancelled: string]>> = {
  none: ['reserve', 'anomaly', 'tombstone'],
  reserved: ['ignore', 'commit', 'release'],
  refused: ['ignore', 'anomaly', 'ignore'],
  committed: ['ignore', 'ignore', 'restock'],
  released: ['ignore', 'ignore', 'ignore'],
  restocked: ['ignore', 'ignore', 'ignore'],
  cancelled: ['ignore', 'ignore', 'ignore'],
};

describe('the reservation table', () => {
  test('answers every message of an order that inventory reads', () => {
    const orderTopics: readonly string[] = topicsReadBy('inventory').filter((topic) => topic.startsWith('order.'));
    expect(orderTopics.toSorted()).toEqual(MESSAGES.toSorted());
  });

  test('has a step for every state and every message, and no other', () => {
    expect(Object.keys(RESERVATION_SAGA).toSorted()).toEqual(STATES.toSorted());
    for (const state of STATES) expect(Object.keys(RESERVATION_SAGA[state])).toEqual([...MESSAGES]);
  });

  for (const state of STATES) {
    test(`answers as designed when ${state}`, () => {
      const answers: readonly string[] = MESSAGES.map((message) => RESERVATION_SAGA[state][message].kind);
      expect(answers).toEqual(EXPECTED[state]);
    });
  }
});

const lyon = aWarehouse({ id: 'lyon' });

/** 10 cups are there, 4 of them reserved for somebody, maybe for this order. */
function surroundings(changes: Partial<Surroundings> = {}): Surroundings {
  const cups: StockLevels = { sku: 'cup', lowTurns: 0, warehouses: [{ warehouseId: 'lyon', onHand: 10, reserved: 4, movements: 5 }] };
  return {
    orderId: 'order',
    items: [{ sku: 'cup', quantity: 3 }],
    network: networkOf([lyon]),
    levelsOf: (sku) => (sku === 'cup' ? cups : undefined),
    now: 7,
    ...changes,
  };
}

function given(status: State) {
  if (status === 'none') return undefined;
  const lines = [{ sku: 'cup', warehouseId: 'lyon', quantity: 3 }];
  return aReservation({ orderId: 'order', status, lines: status === 'refused' || status === 'cancelled' ? [] : lines });
}

function changed(outcome: Outcome) {
  if (outcome.kind !== 'changed') throw new Error(outcome.kind);
  const { reservation, levels, moves, event } = outcome;
  const level = levels[0]?.warehouses[0];
  return {
    status: reservation.status,
    version: reservation.version,
    level: level && [level.onHand, level.reserved],
    moves: moves.map(({ kind, onHandDelta, reservedDelta, reason }) => [kind, onHandDelta, reservedDelta, reason]),
    event: event && { ...event.data, type: event.type },
  };
}

const allocations = [{ sku: 'cup', warehouseId: 'lyon', quantity: 3 }];

describe('an order', () => {
  test('given nothing, when it is created, then its pieces are reserved', () => {
    expect(changed(answerReservation(given('none'), 'order.created', surroundings()))).toEqual({
      status: 'reserved',
      version: 1,
      level: [10, 7],
      moves: [['reserve', 0, 3, 'whole_order']],
      event: { type: 'inventory.reserved', orderId: 'order', allocations },
    });
  });

  test('given too little, when it is created, then it is refused with what is short', () => {
    const items = [
      { sku: 'cup', quantity: 7 },
      { sku: 'pot', quantity: 1 },
    ];
    const shortages = [
      { sku: 'cup', requested: 7, available: 6 },
      { sku: 'pot', requested: 1, available: 0 },
    ];
    expect(changed(answerReservation(given('none'), 'order.created', surroundings({ items })))).toEqual({
      status: 'refused',
      version: 1,
      level: undefined,
      moves: [],
      event: { type: 'inventory.failed', orderId: 'order', shortages },
    });
  });

  test('given a reservation, when it is completed, then the pieces leave without an event', () => {
    expect(changed(answerReservation(given('reserved'), 'order.completed', surroundings()))).toEqual({
      status: 'committed',
      version: 1,
      level: [7, 1],
      moves: [['sale', -3, -3, null]],
      event: null,
    });
  });

  test('given a reservation, when it is cancelled, then the pieces are free again', () => {
    expect(changed(answerReservation(given('reserved'), 'order.cancelled', surroundings()))).toEqual({
      status: 'released',
      version: 2,
      level: [10, 1],
      moves: [['release', 0, -3, null]],
      event: { type: 'inventory.released', orderId: 'order', allocations, restocked: false },
    });
  });

  test('given that its pieces have left, when it is cancelled, then they come back', () => {
    expect(changed(answerReservation(given('committed'), 'order.cancelled', surroundings()))).toEqual({
      status: 'restocked',
      version: 2,
      level: [13, 4],
      moves: [['restock', 3, 0, null]],
      event: { type: 'inventory.released', orderId: 'order', allocations, restocked: true },
    });
  });

  test('given nothing, when it is cancelled, then only the cancellation is recorded', () => {
    expect(changed(answerReservation(given('none'), 'order.cancelled', surroundings()))).toEqual({
      status: 'cancelled',
      version: 0,
      level: undefined,
      moves: [],
      event: null,
    });
  });

  for (const state of STATES) {
    for (const message of MESSAGES) {
      const step = RESERVATION_SAGA[state][message];
      if (step.kind !== 'ignore' && step.kind !== 'anomaly') continue;
      test(`given ${state}, when ${message} comes, then nothing changes: ${step.kind}`, () => {
        const kind = step.kind === 'ignore' ? 'ignored' : 'anomaly';
        expect(answerReservation(given(state), message, surroundings())).toMatchObject({ kind, because: expect.any(String) });
      });
    }
  }
});

test('a decision that would move stock below 0 throws', () => {
  const empty: StockLevels = { sku: 'cup', lowTurns: 0, warehouses: [{ warehouseId: 'lyon', onHand: 10, reserved: 2, movements: 5 }] };
  expect(() => answerReservation(given('reserved'), 'order.completed', surroundings({ levelsOf: () => empty }))).toThrow(
    'cup in lyon',
  );
});
