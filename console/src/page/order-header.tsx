import type { Order, OrderLine } from '@souk/contracts/http/order';
import { unitsText } from './amounts.ts';
import { clock, durationText } from './clock.ts';
import type { OrderFacts } from './order-facts.ts';
import { CopyButton, Money, PlaceLink, Reason, Short, Status, TimeOfDay } from './parts.tsx';
import type { Drawing } from './saga-drawing.ts';
import { deadlineOf } from './saga-future.ts';
import { whyStuck } from './why-stuck.ts';

interface Headed {
  readonly order: Order;
  readonly facts: OrderFacts;
  readonly drawing: Drawing;
}

/** The order in a few lines: its state, its money, its goods, and what it waits for. */
export function OrderHeader({ order, facts, drawing }: Headed) {
  const { id, userId, status, reason, total, paymentStatus, items, shipments } = order;
  return (
    <header class="order-head">
      <h2>Order <Short id={id} /> <CopyButton text={id} label="Copy the order's id" /></h2>
      <p class="order-gist">
        <Status status={status} />{reason !== null && <Reason reason={reason} />}
        <strong><Money money={total} /></strong>
        <Took drawing={drawing} facts={facts} />
      </p>
      <Why facts={facts} drawing={drawing} />
      <dl class="order-facts">
        <div><dt>customer</dt><dd><PlaceLink to={{ userId, order: id }}><Short id={userId} /><span class="unseen">: only orders of this customer</span></PlaceLink></dd></div>
        <div><dt>payment</dt><dd><Status status={paymentStatus} /></dd></div>
        {shipments.length > 0 && <div><dt>{shipments.length === 1 ? 'parcel' : 'parcels'}</dt><dd>{shipments.map((shipment) => <Status key={shipment.id} status={shipment.status} />)}</dd></div>}
        <Goods items={items} />
      </dl>
    </header>
  );
}

/** From the first step to the last, or to now. */
function Took({ drawing: { startedAt, endedAt, isAtRest }, facts }: Omit<Headed, 'order'>) {
  if (startedAt === null || endedAt === null) return null;
  const deadline = deadlineOf(facts);
  const left = deadline === null ? null : deadline.at - clock.value;
  return (
    <>
      <span class="order-took">{isAtRest ? `took ${durationText(endedAt - startedAt)}` : `for ${durationText(clock.value - startedAt)}`}, placed <TimeOfDay at={new Date(startedAt).toISOString()} /></span>
      {left !== null && <span class={`order-deadline${left < NEAR_MS ? ' is-near' : ''}`}>{left > 0 ? `deadline in ${durationText(left, 1)}` : 'past its deadline'}</span>}
    </>
  );
}

/** A deadline that is nearer than this stands out. Milliseconds. */
const NEAR_MS = 10_000;

/** Waiting for less than this is nothing to look at. Milliseconds. */
const CALM_MS = 5000;

function Why({ facts, drawing }: Omit<Headed, 'order'>) {
  const isCalm = drawing.isAtRest || clock.value - (drawing.endedAt ?? 0) < CALM_MS;
  return <p class={`order-why${isCalm ? ' is-at-rest' : ''}`}>{whyStuck(facts, Math.max(clock.value, drawing.endedAt ?? 0))}</p>;
}

const LINES_SHOWN = 3;

function Goods({ items }: { readonly items: readonly OrderLine[] }) {
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
  const lines = items.length === 1 ? '1 line' : `${items.length} lines`;
  return (
    <div class="order-goods">
      <dt>goods</dt>
      <dd>
        {items.length <= LINES_SHOWN ? <Lines items={items} /> : <details><summary>{lines}, {unitsText(units)}</summary><Lines items={items} /></details>}
      </dd>
    </div>
  );
}

function Lines({ items }: { readonly items: readonly OrderLine[] }) {
  return (
    <ul class="order-lines">
      {items.map(({ sku, title, quantity, lineTotal }) => (
        <li key={sku}>{quantity} × <PlaceLink to={{ drawer: 'stock', item: sku }}><code>{sku}</code><span class="unseen">: its stock</span></PlaceLink> <span class="quiet">{title}</span> <Money money={lineTotal} /></li>
      ))}
    </ul>
  );
}
