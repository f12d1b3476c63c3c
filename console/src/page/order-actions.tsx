import { useSignal } from '@preact/signals';
import type { Order, Shipment } from '@souk/contracts/http/order';
import { useEffect, useRef } from 'preact/hooks';
import type { Session } from '../session.ts';
import { type Answer, askService } from './api.ts';
import { session } from './live.ts';
import type { OrderFacts } from './order-facts.ts';
import { compensate, nudge, nudgedText, undoneBy } from './order-verbs.ts';

interface Acting {
  readonly facts: OrderFacts;
  readonly reload: () => void;
}

/** Why nothing may be changed from this page; null: it may. */
export function readOnlyWhy(now: Session | null | undefined): string | null {
  if (now == null) return 'Nobody is signed in.';
  return now.mode === 'read-only' ? 'This console is read-only: start it with CONSOLE_MODE=write to change something.' : null;
}

/** The verbs that staff have for an order. */
export function OrderActions({ facts, reload }: Acting) {
  const said = useSignal<string | null>(null);
  const asking = useSignal<'compensate' | { readonly ship: string } | null>(null);
  const order = facts.order.value;
  const why = readOnlyWhy(session.value);
  if (order === undefined) return null;
  const tell = (text: string) => {
    said.value = text;
    reload();
  };
  const nudgeOrder = async () => {
    said.value = 'Sending its events again…';
    tell(nudgedText(await nudge(facts.id)));
  };
  const refusal = why ?? whyNotCancelled(order);
  return (
    <div class="order-actions">
      <div class="verb-row">
        <button type="button" disabled={why !== null} title={why ?? 'Sends its events again in all three services and tries parked ones now. Harmless.'} onClick={() => void nudgeOrder()}>Nudge</button>
        <button type="button" disabled={refusal !== null} title={refusal ?? 'Cancels it: stock and money go back'} aria-expanded={asking.value === 'compensate'} onClick={() => { asking.value = asking.value === 'compensate' ? null : 'compensate'; }}>Compensate…</button>
        {order.status === 'completed' && order.shipments.map((shipment, n) => (
          <ParcelVerb key={shipment.id} {...{ shipment, n, order, why, tell }} count={order.shipments.length} isOpen={typeof asking.value === 'object' && asking.value?.ship === shipment.id} onOpen={(isOpen) => { asking.value = isOpen ? { ship: shipment.id } : null; }} />
        ))}
      </div>
      {why !== null && <p class="quiet">{why}</p>}
      {asking.value === 'compensate' && <Compensate {...{ facts, tell }} onClose={() => { asking.value = null; }} />}
      <p class="verb-said" role="status">{said.value}</p>
    </div>
  );
}

function whyNotCancelled({ status, shipments }: Order): string | null {
  if (status === 'cancelled') return 'It is cancelled already.';
  if (status === 'rejected') return 'It was rejected: there is nothing to take back.';
  return shipments.some((shipment) => shipment.status !== 'pending') ? 'A part of it is on its way: refund it instead.' : null;
}

interface Change {
  readonly order: Order;
  readonly tell: (text: string) => void;
}

/** The version that was seen is the one that is changed: an order that has moved on meanwhile refuses. */
function ifSeen({ version }: Order) {
  return { 'if-match': `"${version}"` };
}

function outcome(answer: Answer<Order>, done: string): string {
  if (answer.ok) return done;
  if (answer.problem.status === 412) return 'It has moved on meanwhile: look at it again.';
  return `${answer.problem.title}. ${answer.problem.detail}`;
}

function Compensate({ facts, tell, onClose }: Pick<Acting, 'facts'> & Pick<Change, 'tell'> & { readonly onClose: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  useEffect(() => keep.current?.focus(), []);
  const cancel = async () => {
    const answer = await compensate(facts.id);
    onClose();
    tell(outcome(answer, 'Cancelled: stock and money go back by themselves.'));
  };
  const holding = { order: facts.order.value, reservation: facts.reservation.value, payment: facts.payment.value };
  return (
    <section class="confirm-inline" aria-label="Confirm the cancellation">
      <p><strong>Cancel this order?</strong> That cannot be taken back.</p>
      <ul>{undoneBy(holding).map((line) => <li key={line}>{line}</li>)}</ul>
      <div class="verb-row">
        <button type="button" class="danger" onClick={() => void cancel()}>Cancel the order</button>
        <button type="button" ref={keep} onClick={onClose}>Keep it</button>
      </div>
    </section>
  );
}

interface Parcel extends Change {
  readonly shipment: Shipment;
  readonly n: number;
  readonly count: number;
  readonly why: string | null;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
}

function ParcelVerb({ shipment, n, count, order, why, tell, isOpen, onOpen }: Parcel) {
  const which = count === 1 ? 'parcel' : `parcel ${n + 1}`;
  const path = `/orders/${order.id}/shipments/${shipment.id}`;
  const deliver = async () => tell(outcome(await askService<Order>('order', `${path}/deliver`, { method: 'POST', body: {}, headers: ifSeen(order) }), `The ${which} has arrived.`));
  switch (shipment.status) {
    case 'delivered':
      return null;
    case 'shipped':
      return <button type="button" disabled={why !== null} title={why ?? `Reports that the ${which} has arrived`} onClick={() => void deliver()}>Deliver {which}</button>;
    case 'pending':
      return (
        <>
          <button type="button" disabled={why !== null} title={why ?? `Reports that the ${which} has left`} aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>Ship {which}…</button>
          {isOpen && <Ship {...{ path, which, order, tell }} onClose={() => onOpen(false)} />}
        </>
      );
    default:
      return shipment.status satisfies never;
  }
}

function Ship({ path, which, order, tell, onClose }: Change & { readonly path: string; readonly which: string; readonly onClose: () => void }) {
  const [carrier, trackingNumber] = [useSignal(''), useSignal('')];
  const ship = async (event: Event) => {
    event.preventDefault();
    const body = { carrier: carrier.value, trackingNumber: trackingNumber.value };
    const answer = await askService<Order>('order', `${path}/ship`, { method: 'POST', body, headers: ifSeen(order) });
    onClose();
    tell(outcome(answer, `The ${which} is on its way.`));
  };
  return (
    <form class="confirm-inline" aria-label={`Ship the ${which}`} onSubmit={(event) => void ship(event)}>
      <label>Carrier <input required maxLength={200} value={carrier.value} onInput={(event) => { carrier.value = event.currentTarget.value; }} /></label>
      <label>Tracking number <input required maxLength={200} value={trackingNumber.value} onInput={(event) => { trackingNumber.value = event.currentTarget.value; }} /></label>
      <div class="verb-row"><button type="submit">Ship it</button><button type="button" onClick={onClose}>Not now</button></div>
    </form>
  );
}
