import { describe, expect, test } from 'bun:test';
import { topicsReadBy, TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import { isParty, PARTIES, ROUTES } from '../src/page/lanes.ts';
import { type DrawnArrow, drawSaga } from '../src/page/saga-drawing.ts';
import type { OrderFacts } from '../src/page/order-facts.ts';
import { away, delivered, eventNamed, known, must, recorded, restarted, upTo } from './support/recorded-orders.ts';

const arrowsIn = (facts: OrderFacts) => drawSaga(facts).rows.filter((row): row is DrawnArrow => row.kind === 'arrow');
const named = (facts: OrderFacts, name: string) => arrowsIn(facts).find(({ arrow }) => arrow.name === name);
const path = (facts: OrderFacts) => arrowsIn(facts).map(({ arrow: { from, to, name } }) => `${from} ${to} ${name}`);
const future = (facts: OrderFacts) => drawSaga(facts).coming.map(({ from, to, name }) => `${from} ${to} ${name}`);
const later = (at: string, ms: number) => new Date(Date.parse(at) + ms).toISOString();

test('the lanes of every topic about orders are its sender and readers in the contracts', () => {
  const about = TOPIC_NAMES.filter((name) => TOPICS[name].key === 'orderId');
  expect(Object.keys(ROUTES).toSorted()).toEqual([...about, 'user.deleted'].toSorted());
  for (const name of about) {
    expect(ROUTES[name]?.from as string).toBe(TOPICS[name].madeBy);
    const readers = PARTIES.filter((party) => topicsReadBy(party).includes(name));
    expect(ROUTES[name]?.to.filter(isParty).toSorted() ?? []).toEqual(readers.toSorted());
  }
});

describe('an order that completes', () => {
  const facts = recorded('completed');

  test('goes through all five lanes, each step after its cause', () => {
    expect(path(facts)).toEqual([
      'customer order POST /orders', 'order inventory order.created', 'inventory order inventory.reserved', 'order payment order.ready_for_payment',
      'payment gateway charge €84.80', 'gateway payment captured', 'payment order payment.completed', 'order inventory order.completed',
    ]);
  });

  test('says of every message how often it came and how often it counted', () => {
    for (const { arrow } of arrowsIn(facts)) if (arrow.kind === 'event') expect(arrow.receipt?.text).toBe('delivered once, applied once');
  });

  test('names the state that each message leads to, also where that makes no event', () => {
    expect(arrowsIn(facts).map(({ arrow }) => arrow.effect?.to ?? null)).toEqual(['placed', 'reserved', 'awaiting_payment', 'pending', null, 'captured', 'completed', 'committed']);
  });

  test('could still be undone: the stock by a restock, the money by a refund', () => {
    expect(named(facts, 'inventory.reserved')?.undo?.state).toBe('passed');
    expect(named(facts, 'order.completed')?.undo).toMatchObject({ state: 'not-needed', text: 'restock 3 units' });
    expect(named(facts, 'captured')?.undo).toMatchObject({ state: 'not-needed', text: 'refund €84.80' });
    expect(drawSaga(facts).givenBack).toMatchObject({ unitsHeld: 3, unitsBack: 0, isDue: false });
  });

  test('has the way of its parcel before it', () => {
    expect(future(facts)).toEqual(['order customer order.shipped', 'order customer order.delivered']);
    expect(drawSaga(facts).isAtRest).toBe(true);
  });

  test('tells each step in one sentence', () => {
    expect(named(facts, 'inventory.reserved')?.sentence).toBe(
      'Step 3, 5 ms after the start. Inventory to Order: inventory.reserved, 3 units. Delivered once, applied once. Order is then awaiting payment. Undo: sold: see below, undone elsewhere.',
    );
  });

  test('is drawn whole when only its own service is away', () => {
    expect(path(away(facts, 'payment'))).toEqual(path(facts).filter((step) => !step.includes('gateway')));
    expect(drawSaga(away(facts, 'payment')).unknown).toEqual(['Payment does not answer: its part is drawn from what Order was told.']);
    expect(named(away(facts, 'order'), 'inventory.reserved')?.arrow.receipt?.text).toBe('Order does not say whether it came');
  });
});

describe('an order that has just been placed', () => {
  const facts = upTo(recorded('completed'), { order: 1, inventory: 0, payment: 0 }, { status: 'placed' });

  test('has one message, and the whole good path dotted', () => {
    expect(path(facts)).toEqual(['customer order POST /orders', 'order inventory order.created']);
    expect(future(facts)).toEqual([
      'inventory order inventory.reserved', 'order payment order.ready_for_payment', 'payment gateway charge €84.80', 'gateway payment captured', 'payment order payment.completed',
      'order inventory order.completed', 'order customer order.shipped', 'order customer order.delivered',
    ]);
    expect(drawSaga(facts).coming[0]?.branches).toEqual(['or out of stock: rejected', 'or no answer within 30 s: cancelled']);
  });

  test('does not say that the message was applied before it was', () => {
    const id = eventNamed(facts, 'order.created');
    expect(named(delivered(facts, 'inventory', id, null), 'order.created')?.arrow.receipt).toMatchObject({ state: 'on-its-way', delivered: 0, applied: 0 });
  });

  test('does not dot a step that is there already, though Order has not heard of it', () => {
    const half = upTo(recorded('completed'), { order: 1, inventory: 1, payment: 0 }, { status: 'placed' });
    expect(path(half)).toContain('inventory order inventory.reserved');
    expect(future(half)[0]).toBe('order payment order.ready_for_payment');
  });

  test('has an open charge once Payment was asked', () => {
    const whole = recorded('completed');
    const open = { ...upTo(whole, { order: 2, inventory: 1, payment: 0 }, { status: 'awaiting_payment', paymentStatus: 'pending' }), payment: known({ ...must(whole.payment.value), status: 'pending' as const, gatewayReference: null }) };
    expect(path(open).at(-1)).toBe('payment gateway charge €84.80');
    expect(named(open, 'charge €84.80')?.undo).toMatchObject({ state: 'not-needed', text: 'void the charge' });
    expect(future(open).slice(0, 2)).toEqual(['gateway payment captured', 'payment order payment.completed']);
  });
});

test('an order for more than there is says which SKU was short, and has nothing to undo', () => {
  const facts = recorded('out-of-stock');
  expect(path(facts).slice(2)).toEqual(['inventory order inventory.failed', 'order customer order.rejected']);
  expect(named(facts, 'inventory.failed')?.arrow).toMatchObject({ says: 'TEA-GYOKURO-7: 5 asked, 3 there', effect: { to: 'rejected' } });
  expect(arrowsIn(facts).every(({ undo }) => undo === null)).toBe(true);
  expect(future(facts)).toEqual([]);
});

test('a declined order has its stock back; Payment is told too, and has nothing to do', () => {
  const facts = recorded('declined');
  expect(named(facts, 'declined')?.arrow).toMatchObject({ from: 'gateway', says: 'card declined', effect: { to: 'failed' } });
  expect(named(facts, 'inventory.reserved')?.undo).toMatchObject({ state: 'done', text: '1 unit released' });
  const told = arrowsIn(facts).filter(({ arrow }) => arrow.name === 'order.cancelled');
  expect(told.map(({ arrow }) => [arrow.to, arrow.receipt?.text])).toEqual([['inventory', 'delivered once, applied once'], ['payment', 'delivered once, changed nothing']]);
  expect(new Set(arrowsIn(facts).map(({ arrow }) => arrow.id)).size).toBe(arrowsIn(facts).length);
});

describe('an order that its customer cancels after the payment', () => {
  const facts = recorded('cancelled');

  test('has all of its units and money back', () => {
    expect(drawSaga(facts).givenBack).toMatchObject({ unitsHeld: 3, unitsBack: 3, back: { amount: 4030 }, isDue: false });
    expect(named(facts, 'order.completed')?.undo).toMatchObject({ state: 'done', text: '3 units restocked' });
    expect(named(facts, 'captured')?.undo).toMatchObject({ state: 'done', text: '€40.30 refunded' });
    expect(named(facts, 'POST …/cancellation')?.arrow).toMatchObject({ from: 'customer', kind: 'command' });
  });

  test('warns of what is due and not done, and dots the way back', () => {
    const { refunded, ...payment } = must(facts.payment.value);
    const half: OrderFacts = {
      ...facts, refunds: known([]), payment: known({ ...payment, refunded: { ...refunded, amount: 0 } }),
      reservation: known({ ...must(facts.reservation.value), status: 'committed' }),
      histories: { ...facts.histories, inventory: known(must(facts.histories.inventory.value).slice(0, 1)), payment: known(must(facts.histories.payment.value).slice(0, 1)) },
      timeline: known(must(facts.timeline.value).slice(0, 7)),
    };
    expect(named(half, 'captured')?.undo).toMatchObject({ state: 'due', text: 'refund €40.30' });
    expect(named(half, 'order.completed')?.undo).toMatchObject({ state: 'due', text: 'restock 3 units' });
    expect(future(half)).toEqual(['inventory order inventory.released', 'payment gateway refund', 'gateway payment refunded', 'payment order payment.refunded']);
    expect(drawSaga(half).givenBack.isDue).toBe(true);
  });
});

test('a refund by staff is a decision of Payment; the order stays, and a part of the money is back', () => {
  const facts = recorded('refunded');
  expect(named(facts, 'refund asked by staff')?.arrow).toMatchObject({ from: 'payment', to: 'payment', says: '€20.00: one cup was broken' });
  expect(named(facts, 'captured')?.undo).toMatchObject({ state: 'partly', text: '€20.00 of €40.30 refunded' });
});

test('a parcel on its way cannot be undone', () => {
  const facts = recorded('delivered');
  expect(named(facts, 'POST /orders')?.undo?.state).toBe('impossible');
  expect(named(facts, 'order.shipped')?.arrow).toMatchObject({ to: 'customer', says: 'DHL T-1', receipt: null });
  expect(future(facts)).toEqual([]);
});

describe('a message that comes', () => {
  const facts = recorded('completed');
  const id = eventNamed(facts, 'payment.completed');
  const text = (changed: OrderFacts) => named(changed, 'payment.completed')?.arrow.receipt?.text;
  const outcome = (kind: 'applied' | 'ignored' | 'parked' | 'failed' | 'dead', cause: string | null = null) => ({ outcome: kind, at: '2026-12-01T12:17:20.170Z', cause });

  test('twice is applied once', () => {
    expect(text(delivered(facts, 'order', id, { deliveries: 2, outcomes: [outcome('applied'), outcome('ignored')] }))).toBe('delivered 2×, applied once');
  });

  test('before the process started is not called undelivered', () => {
    expect(text(restarted(facts, 'order', '2026-12-01T13:00:00.000Z'))).toBe('applied once; delivery not recorded since the restart');
  });

  test('to another process of the service is still applied', () => {
    expect(text(delivered(facts, 'order', id, null))).toBe('applied once; delivered to another process');
  });

  test('and changes something twice is not passed over', () => {
    const twice = delivered(facts, 'order', id, { deliveries: 2, outcomes: [outcome('applied'), outcome('applied')] });
    expect(named(twice, 'payment.completed')?.arrow.receipt).toMatchObject({ state: 'applied-again', text: 'delivered 2×, applied 2×' });
  });

  test('and fails is not called applied', () => {
    const early = upTo(facts, { order: 1, inventory: 1, payment: 0 }, { status: 'placed' });
    const reserved = eventNamed(early, 'inventory.reserved');
    const of = (...outcomes: ReturnType<typeof outcome>[]) => named(delivered(early, 'order', reserved, { deliveries: 1, outcomes }), 'inventory.reserved')?.arrow.receipt?.text;
    expect(of(outcome('failed', 'x'))).toBe('delivered once, failed: tried again');
    expect(of(outcome('failed', 'x'), outcome('failed', 'x'), outcome('parked', 'x'))).toBe('delivered once, parked after 3 tries');
    expect(of(outcome('dead', 'x'))).toBe('delivered once, given up: a dead letter');
  });

  test('from a clock that is behind still stands after its cause', () => {
    const behind = must(facts.histories.inventory.value).map((entry) => ({ ...entry, at: later(entry.at, -5000) }));
    expect(path({ ...facts, histories: { ...facts.histories, inventory: known(behind) } })).toEqual(path(facts));
  });
});

test('a cancellation that overtakes the order leaves a tombstone, and both messages are seen', () => {
  const whole = recorded('declined');
  const facts: OrderFacts = { ...whole, reservation: known({ orderId: whole.id, status: 'cancelled', lines: [] }), movements: known([]), payment: known(null), refunds: known([]), histories: { ...whole.histories, inventory: known([]), payment: known([]) }, timeline: known(must(whole.timeline.value).filter(({ service }) => service === 'order')) };
  const told = arrowsIn(facts).find(({ arrow }) => arrow.name === 'order.cancelled' && arrow.to === 'inventory');
  expect(told?.arrow.effect).toMatchObject({ lane: 'inventory', to: 'cancelled', reason: 'nothing was held yet' });
});

test('time without a step is folded and says what was tried in it', () => {
  const facts = recorded('completed');
  const start = Date.parse(must(must(facts.histories.order.value)[0]).at);
  const shift = <T extends { readonly at: string }>(entries: readonly T[]) => entries.map((entry) => (Date.parse(entry.at) - start < 6 ? entry : { ...entry, at: later(entry.at, 3200) }));
  const late: OrderFacts = {
    ...facts, timeline: known(shift(must(facts.timeline.value))), payment: known({ ...must(facts.payment.value), createdAt: later(must(facts.payment.value).createdAt, 3200) }),
    histories: { order: known(shift(must(facts.histories.order.value))), inventory: facts.histories.inventory, payment: known(shift(must(facts.histories.payment.value))) },
    movements: known(shift(must(facts.movements.value))),
  };
  const tried = delivered(late, 'order', eventNamed(late, 'inventory.reserved'), { deliveries: 1, outcomes: [{ outcome: 'failed', at: later(must(must(facts.timeline.value)[1]).at, 1500), cause: 'the database is away' }, { outcome: 'applied', at: later(must(must(facts.timeline.value)[1]).at, 3207), cause: null }] });
  const gaps = drawSaga(tried).rows.filter((row) => row.kind === 'gap');
  expect(gaps.map(({ text, happened }) => ({ text, happened }))).toEqual([{ text: '3.2 s without a step', happened: ['Order tried inventory.reserved: failed, the database is away (1.5 s after it was sent)'] }]);
});

test('an order of 100 lines has as many arrows as one of two, and counts its units', () => {
  const facts = recorded('completed');
  const items = Array.from({ length: 100 }, (_, n) => ({ ...must(must(facts.order.value).items[0]), sku: `SKU-${n}`, quantity: 999 }));
  const entries = must(facts.histories.order.value).map((entry) => ({ ...entry, message: entry.message && { ...entry.message, value: JSON.stringify({ items }) } }));
  const large: OrderFacts = { ...facts, order: known({ ...must(facts.order.value), items }), histories: { ...facts.histories, order: known(entries) } };
  expect(path(large)).toEqual(path(facts));
  expect(named(large, 'order.created')?.arrow.says).toBe('99900 units');
});

test('a payload that is not what the contracts say is left out of the label', () => {
  const facts = recorded('completed');
  for (const value of ['{', 'null', '[]', '{"items":[null],"amount":{"amount":"1","currency":"<b>"}}']) {
    const entries = must(facts.histories.order.value).map((entry) => ({ ...entry, message: entry.message && { ...entry.message, value } }));
    expect(() => drawSaga({ ...facts, histories: { ...facts.histories, order: known(entries) } })).not.toThrow();
  }
});
