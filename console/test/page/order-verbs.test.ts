import { describe, expect, test } from 'bun:test';
import type { Reservation } from '@souk/contracts/http/inventory';
import type { Order } from '@souk/contracts/http/order';
import type { Payment } from '@souk/contracts/http/payment';
import { type Holding, nudgedText, type PartyNudged, undoneBy } from '../../src/page/order-verbs.ts';

const ID = '01890000-0000-7000-8000-0000000000a1';
const AT = '2026-12-01T12:00:00.000Z';

describe('Before an order is compensated, it is said', () => {
  test('how many units go back on sale, and that the charge is voided', () => {
    expect(undone({ reservation: reserved('reserved'), payment: paid({ status: 'pending' }) })).toEqual([
      'The order ends as cancelled, and is not charged any more.',
      '3 units that Inventory holds are on sale again.',
      'The open charge of €19.90 is voided; if the gateway took it already, it is refunded.',
    ]);
  });

  test('what is left of the money to be refunded, and that it is simulated', () => {
    const payment = paid({ refunded: { amount: 990, currency: 'EUR' } });
    expect(undone({ status: 'completed', reservation: reserved('committed'), payment })).toEqual([
      'The order ends as cancelled, and nothing of it is sent.',
      '3 units that were sold go back into stock.',
      '€10.00 is refunded (simulated money).',
    ]);
  });

  test('that nothing is held, where nothing is', () => {
    expect(undone({ status: 'placed', reservation: null, payment: null }).slice(1)).toEqual(['Inventory holds nothing of it; if it is just about to, that goes back as well.', 'No money was taken.']);
  });

  test('which service does not answer', () => {
    const [, stock, money] = undone({ reservation: undefined, payment: undefined });
    expect(stock).toContain('Inventory does not answer');
    expect(money).toContain('Payment does not answer');
  });
});

describe('After a nudge it is said', () => {
  test('who sent how much again, and what is tried now', () => {
    const text = nudgedText([party('order', { sent: 2 }), party('inventory', { sent: 1, retried: true }), party('payment')]);
    expect(text).toBe('order sent its 2 events again; inventory sent its event again; inventory tries its waiting message now.');
  });

  test('who could not be nudged', () => {
    const problem = { type: 'urn:souk:problem:unavailable', title: 'The service cannot do this right now', status: 503, detail: 'Later.', requestId: '' };
    expect(nudgedText([party('order', { sent: 1 }), party('payment', { problem })])).toBe('order sent its event again; payment could not be nudged: The service cannot do this right now.');
  });

  test('that there was nothing to nudge', () => {
    expect(nudgedText([party('order'), party('inventory'), party('payment')])).toContain('nothing to nudge');
  });
});

function undone({ status = 'awaiting_payment', ...rest }: Omit<Holding, 'order'> & { readonly status?: Order['status'] }): readonly string[] {
  return undoneBy({ order: { id: ID, status } as Order, ...rest });
}

function reserved(status: Reservation['status']): Reservation {
  return { orderId: ID, status, lines: [{ sku: 'MUG', warehouseId: ID, quantity: 2 }, { sku: 'LAMP', warehouseId: ID, quantity: 1 }] };
}

function paid(change: Partial<Payment>): Payment {
  return {
    id: ID, orderId: ID, userId: ID, live: false, amount: { amount: 1990, currency: 'EUR' }, status: 'captured', refunded: { amount: 0, currency: 'EUR' }, failureReason: null, gatewayReference: null,
    createdAt: AT, updatedAt: AT, ...change,
  };
}

function party(service: PartyNudged['service'], change: Partial<PartyNudged> = {}): PartyNudged {
  return { service, sent: 0, retried: false, problem: null, ...change };
}
