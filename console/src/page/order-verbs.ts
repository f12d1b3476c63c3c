import type { Reservation } from '@souk/contracts/http/inventory';
import type { HistorySent } from '@souk/contracts/http/ops';
import type { Order } from '@souk/contracts/http/order';
import type { Payment } from '@souk/contracts/http/payment';
import type { Problem } from '@souk/contracts/problem';
import { moneyText, unitsText } from './amounts.ts';
import type { DemoKind, DemoOrder } from '../demo.ts';
import { type Answer, ask, askService } from './api.ts';
import { type Party, PARTIES } from './lanes.ts';

/** Places an order in the embedded shop, as its demo customer would. Never rejects. */
export function placeDemoOrder(kind: DemoKind): Promise<Answer<DemoOrder>> {
  return ask('/demo/orders', { method: 'POST', body: { kind } });
}

/** `retried`: a message that waited under the order's key is tried now. `problem`: the service could not be nudged. */
export interface PartyNudged {
  readonly service: Party;
  /** Number of its events of this order that were sent to the log again. */
  readonly sent: number;
  readonly retried: boolean;
  readonly problem: Problem | null;
}

/**
 * Sends what the three services have said about an order to the log once more, and tries what waits under its key at once. Harmless: whoever knows an
 * event ignores it. Never rejects.
 */
export async function nudge(orderId: string): Promise<readonly PartyNudged[]> {
  return Promise.all(PARTIES.map(async (service) => {
    const stream = await streamOf(service, orderId);
    const retried = await answerOrNothing(askService<null>(service, `/ops/parked/${encodeURIComponent(orderId)}/retry`, { method: 'POST' }));
    const sent = stream.ok && stream.value !== null
      ? await answerOrNothing(askService<HistorySent>(service, '/ops/history/send', { method: 'POST', body: { stream: stream.value } }))
      : stream;
    const failed = [sent, retried].find((answer) => !answer.ok);
    return {
      service,
      sent: sent.ok && typeof sent.value === 'object' ? (sent.value?.sent ?? 0) : 0,
      retried: retried.ok && retried.value !== NOTHING,
      problem: failed === undefined || failed.ok ? null : failed.problem,
    };
  }));
}

/** One sentence for people about what a nudge did. */
export function nudgedText(parties: readonly PartyNudged[]): string {
  const said = parties.flatMap(({ service, sent, retried, problem }) => {
    if (problem !== null) return [`${service} could not be nudged: ${problem.title}`];
    return [...(sent > 0 ? [`${service} sent ${sent === 1 ? 'its event' : `its ${sent} events`} again`] : []), ...(retried ? [`${service} tries its waiting message now`] : [])];
  });
  if (said.length === 0) return 'Nothing of this order was sent yet, and nothing waits: there was nothing to nudge.';
  return `${said.join('; ')}.`;
}

/** Cancels an order: Inventory and Payment give back by themselves what they hold of it. Never rejects. */
export function compensate(orderId: string): Promise<Answer<Order>> {
  return askService<Order>('order', `/orders/${orderId}/cancellation`, { method: 'POST', body: { note: 'Compensated in the console' } });
}

/** Stock and money that the services hold of an order; null: nothing, `undefined`: not known. */
export interface Holding {
  readonly order: Order | undefined;
  readonly reservation: Reservation | null | undefined;
  readonly payment: Payment | null | undefined;
}

/** A sentence for each thing that a compensation takes back. */
export function undoneBy({ order, reservation, payment }: Holding): readonly string[] {
  const whole = order?.status === 'awaiting_payment' ? 'The order ends as cancelled, and is not charged any more.' : 'The order ends as cancelled, and nothing of it is sent.';
  return [whole, stockBack(reservation), moneyBack(payment)];
}

function stockBack(reservation: Holding['reservation']): string {
  if (reservation === undefined) return 'Inventory does not answer now: what it holds goes back on sale once it does.';
  const units = (reservation?.lines ?? []).reduce((sum, { quantity }) => sum + quantity, 0);
  if (reservation === null || units === 0) return 'Inventory holds nothing of it; if it is just about to, that goes back as well.';
  switch (reservation.status) {
    case 'reserved':
      return `${unitsText(units)} that Inventory holds ${units === 1 ? 'is' : 'are'} on sale again.`;
    case 'committed':
      return `${unitsText(units)} that ${units === 1 ? 'was sold goes' : 'were sold go'} back into stock.`;
    case 'released':
    case 'restocked':
    case 'refused':
    case 'cancelled':
      return 'Inventory holds nothing of it any more.';
    default:
      return reservation.status satisfies never;
  }
}

function moneyBack(payment: Holding['payment']): string {
  if (payment === undefined) return 'Payment does not answer now: what it has taken is refunded once it does.';
  if (payment === null) return 'No money was taken.';
  const left = { ...payment.amount, amount: payment.amount.amount - payment.refunded.amount };
  switch (payment.status) {
    case 'captured':
      return left.amount === 0 ? 'All of the money went back before.' : `${moneyText(left)} is refunded${payment.live ? '' : ' (simulated money)'}.`;
    case 'pending':
      return `The open charge of ${moneyText(payment.amount)} is voided; if the gateway took it already, it is refunded.`;
    case 'failed':
    case 'voided':
      return 'No money was taken.';
    default:
      return payment.status satisfies never;
  }
}

/** Asks what a compensation would take back. Never rejects. */
export async function holdingOf(orderId: string): Promise<Holding> {
  const [order, reservation, payments] = await Promise.all([
    askService<Order>('order', `/orders/${orderId}`),
    answerOrNothing(askService<Reservation>('inventory', `/reservations/${orderId}`)),
    paymentsOf(orderId),
  ]);
  return {
    order: order.ok ? order.value : undefined,
    reservation: !reservation.ok ? undefined : reservation.value === NOTHING ? null : reservation.value,
    payment: payments.ok ? (payments.value.items[0] ?? null) : undefined,
  };
}

function paymentsOf(orderId: string): Promise<Answer<{ readonly items: readonly Payment[] }>> {
  return askService('payment', '/payments', { query: { orderId, limit: 1 } });
}

/** Name of the stream in which a service keeps an order; null: it keeps none. */
async function streamOf(service: Party, orderId: string): Promise<Answer<string | null>> {
  switch (service) {
    case 'order':
      return { ok: true, value: orderId, etag: null };
    case 'inventory':
      return { ok: true, value: `reservation:${orderId}`, etag: null };
    case 'payment': {
      const payments = await paymentsOf(orderId);
      return payments.ok ? { ok: true, value: payments.value.items[0]?.id ?? null, etag: null } : payments;
    }
    default:
      return service satisfies never;
  }
}

const NOTHING = Symbol('nothing');

/** An answer, where 404 says that there is nothing. */
async function answerOrNothing<T>(asking: Promise<Answer<T>>): Promise<Answer<T | typeof NOTHING>> {
  const answer = await asking;
  return !answer.ok && answer.problem.status === 404 ? { ok: true, value: NOTHING, etag: null } : answer;
}
