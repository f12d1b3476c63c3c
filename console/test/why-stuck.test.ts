import { describe, expect, test } from 'bun:test';
import type { DeadLetterStatus, ParkedKeyStatus } from '@souk/contracts/http/ops';
import type { OrderFacts } from '../src/page/order-facts.ts';
import type { Party } from '../src/page/lanes.ts';
import { waitsForOthers, whyStuck } from '../src/page/why-stuck.ts';
import { away, delivered, eventNamed, known, must, recorded, upTo } from './support/recorded-orders.ts';

const completed = recorded('completed');
const placed = upTo(completed, { order: 1, inventory: 0, payment: 0 }, { status: 'placed' });
const asked = upTo(completed, { order: 2, inventory: 1, payment: 0 }, { status: 'awaiting_payment', paymentStatus: 'pending' });
const askedAt = Date.parse(must(must(asked.histories.order.value)[1]).at);
const request = eventNamed(asked, 'order.ready_for_payment');
const utc = (at: number) => new Date(at).toISOString();

describe('an order that waits for Payment', () => {
  const unheard = delivered(asked, 'payment', request, null);
  const why = (facts: OrderFacts, after = 42_000) => whyStuck(facts, askedAt + after);

  test('says that the message is parked, why, and when it is tried again', () => {
    const facts = parked(asked, 'payment', { topic: 'order.ready_for_payment', attempts: 3, cause: 'the gateway is unreachable', nextAttemptAt: utc(askedAt + 47_000) });
    expect(why(facts)).toBe('Payment was asked 42 s ago and has not answered: its message is parked there after 3 tries (the gateway is unreachable) and is tried again in 5 s. It is cancelled in 14 min 18 s if the others are answered meanwhile, in 23 h 59 min at the latest.');
  });

  test('says what it waits behind', () => {
    const facts = parked(unheard, 'payment', { topic: 'order.cancelled', attempts: 4, cause: 'x', nextAttemptAt: utc(askedAt) });
    expect(why(facts)).toStartWith('Payment was asked 42 s ago and has not answered: its message waits there behind order.cancelled, which is parked after 4 tries (x) and is tried again now.');
  });

  test('says that the message was given up', () => {
    const facts = { ...asked, dead: { ...asked.dead, payment: known([letter(request, 'the amount is not a number')]) } };
    expect(why(facts)).toContain('its message is a dead letter there (the amount is not a number) and waits for a person: redrive it, or discard it');
  });

  test('says that the message is not delivered, or not in the log', () => {
    expect(why(unheard)).toContain('its message is in the log and was not delivered there yet');
    const entries = must(asked.histories.order.value).map((entry) => ({ ...entry, sent: false }));
    expect(why({ ...unheard, histories: { ...asked.histories, order: known(entries) } })).toContain('committed, but not in the log yet');
  });

  test('says that the service is down', () => {
    expect(why(away(asked, 'payment'))).toStartWith('Payment was asked 42 s ago and does not answer: the service is down, or cannot be reached. It takes the message up when it is back.');
  });

  test('says that it is the gateway that has not answered', () => {
    const facts = { ...asked, payment: known({ ...must(completed.payment.value), status: 'pending' as const, createdAt: utc(askedAt + 2000), gatewayReference: null }) };
    expect(why(facts)).toContain('it has asked its gateway 40 s ago and has no answer yet; it goes on asking');
  });

  test('says that Order is the one that is behind', () => {
    const answered = { ...asked, histories: completed.histories.payment.value === undefined ? asked.histories : { ...asked.histories, payment: completed.histories.payment }, payment: completed.payment };
    expect(why(answered)).toMatch(/^Payment answered 4\d s ago \(payment\.completed\), and Order has not taken it up: its message is in the log and was not delivered in Order yet\./);
  });

  test('says when its deadline has passed', () => {
    expect(why(unheard, 901_000)).toEndWith('Its deadline has passed: it is cancelled as soon as orders after it are answered, in 23 h 44 min at the latest.');
  });
});

test('an order that has just been placed waits for Inventory', () => {
  const facts = delivered(placed, 'inventory', eventNamed(placed, 'order.created'), null);
  expect(whyStuck(facts, Date.parse(must(placed.order.value).placedAt) + 300)).toBe(
    'Inventory was asked just now and has not answered: its message is in the log and was not delivered there yet. It is cancelled in 29 s if the others are answered meanwhile, in 59 min 59 s at the latest.',
  );
  expect(waitsForOthers(facts)).toBe(true);
});

test('an order that Inventory did not answer in time was cancelled, and has nothing to give back', () => {
  const facts: OrderFacts = {
    ...placed, order: known({ ...must(placed.order.value), status: 'cancelled', reason: 'inventory_timeout' }), reservation: known({ orderId: placed.id, status: 'cancelled', lines: [] }),
  };
  expect(whyStuck(facts)).toBe('It has ended: cancelled (no answer about stock in time). Everything that it took is back.');
});

describe('a cancelled order', () => {
  const cancelled = recorded('cancelled');
  const at = Date.parse(must(must(cancelled.timeline.value)[6]).at);
  const unpaid = { ...must(cancelled.payment.value), refunded: { amount: 0, currency: 'EUR' } };

  test('that has everything back says so', () => {
    expect(whyStuck(cancelled)).toBe('It has ended: cancelled by the customer. Everything that it took is back.');
    expect(waitsForOthers(cancelled)).toBe(false);
  });

  test('whose refund is open at the gateway says so', () => {
    const facts = { ...cancelled, payment: known(unpaid), refunds: known([{ ...must(must(cancelled.refunds.value)[0]), status: 'pending' as const }]) };
    expect(whyStuck(facts, at + 5010)).toBe('Payment has asked its gateway to refund €40.30 5 s ago and has no answer yet: it goes on asking.');
    expect(waitsForOthers(facts)).toBe(true);
  });

  test('whose refund was declined waits for a person', () => {
    const facts = { ...cancelled, payment: known(unpaid), refunds: known([{ ...must(must(cancelled.refunds.value)[0]), status: 'failed' as const }]) };
    expect(whyStuck(facts)).toBe('The gateway has declined the refund of €40.30: asking again cannot help, so a person has to return the money.');
  });

  test('is not called settled while nobody can be asked', () => {
    expect(whyStuck(away(recorded('declined'), 'payment'))).toBe('It is cancelled. Payment cannot be asked now, so it is not known whether everything is back.');
  });
});

test('an order that has ended well waits for its parcels, or for nothing', () => {
  expect(whyStuck(completed)).toBe('Nothing holds it up: 1 parcel waits to be shipped.');
  expect(whyStuck(recorded('delivered'))).toBe('It is done: completed, paid and delivered.');
  expect(whyStuck(recorded('out-of-stock'))).toBe('It has ended: there was not enough stock. Nothing has to be taken back.');
});

test('what cannot be known is said', () => {
  expect(whyStuck(away(placed, 'order'))).toBe('Order does not answer (The service cannot do this right now), so nothing is known of this order now.');
});

function parked(facts: OrderFacts, party: Party, message: Pick<ParkedKeyStatus['messages'][number], 'topic' | 'attempts' | 'cause' | 'nextAttemptAt'>): OrderFacts {
  const whole = { ...message, key: facts.id, position: 0, firstFailedAt: utc(askedAt), lastFailedAt: utc(askedAt) };
  return { ...facts, parked: { ...facts.parked, [party]: known({ key: facts.id, messages: [whole], more: false }) } };
}

function letter(id: string, cause: string): DeadLetterStatus {
  return {
    id, kind: 'unhandled', topic: 'order.ready_for_payment', key: 'k', cause, attempts: 10, firstFailedAt: utc(askedAt), lastFailedAt: utc(askedAt), value: '{}', headers: { ce_id: id },
    status: 'dead', resolvedAt: null, resolvedBy: null, resolution: null, group: 'g',
  };
}
