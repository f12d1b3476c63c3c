import { useComputed } from '@preact/signals';
import { OrderActions } from './order-actions.tsx';
import type { OrderFacts } from './order-facts.ts';
import { OrderHeader } from './order-header.tsx';
import { useOrderWatch } from './order-watch.ts';
import { Busy, Failure, PlaceLink } from './parts.tsx';
import { go, place } from './place.ts';
import { RawEntries } from './raw-entries.tsx';
import { SagaDiagram } from './saga-diagram.tsx';
import { type Drawing, drawSaga } from './saga-drawing.ts';
import { SagaTimeline } from './saga-timeline.tsx';

/** The chosen order, drawn live. */
export function OrderView({ id }: { readonly id: string }) {
  const { facts, reload } = useOrderWatch(id);
  const drawing = useComputed(() => drawSaga(facts.value));
  const { order, timeline } = facts.value;
  if (order.value === undefined) {
    const isGone = order.problem?.status === 404;
    if (isGone) return <p class="order-view" role="alert">There is no order <code>{id}</code>.</p>;
    if (order.problem === null && timeline.problem === null) return <div class="order-view"><Busy label="Reading the order" /></div>;
  }
  return (
    <article class="order-view" aria-label={`Order ${id}`} onKeyDown={closeMessage}>
      {order.value === undefined ? order.problem !== null && <Failure problem={order.problem} retry={reload} /> : <OrderHeader order={order.value} facts={facts.value} drawing={drawing.value} />}
      <OrderActions facts={facts.value} reload={reload} />
      {drawing.value.unknown.map((text) => <p key={text} class="order-unknown" role="status">{text}</p>)}
      <Views />
      <Shown facts={facts.value} drawing={drawing.value} />
    </article>
  );
}

const VIEWS = [
  { view: undefined, name: 'Compact', says: 'Equal steps' },
  { view: 'timeline', name: 'Timeline', says: 'To scale in time, idle time folded' },
  { view: 'raw', name: 'Raw', says: 'Every entry with every field' },
] as const;

function Views() {
  const now = place.value.view;
  return (
    <nav class="order-views" aria-label="How the order is shown">
      {VIEWS.map(({ view, name, says }) => (
        <span key={name} class={view === now ? 'is-now' : ''}><PlaceLink to={{ view }} label={`${name}: ${says}${view === now ? ', shown now' : ''}`}>{name}</PlaceLink></span>
      ))}
    </nav>
  );
}

function Shown({ facts, drawing }: { readonly facts: OrderFacts; readonly drawing: Drawing }) {
  switch (place.value.view) {
    case undefined:
      return <SagaDiagram facts={facts} drawing={drawing} />;
    case 'timeline':
      return <SagaTimeline facts={facts} drawing={drawing} />;
    case 'raw':
      return <RawEntries facts={facts} />;
    default:
      return place.value.view satisfies never;
  }
}

/** Esc closes the open arrow before anything else, and gives the focus back to it. */
function closeMessage(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || place.value.message === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const view = event.currentTarget as HTMLElement;
  view.querySelector<HTMLElement>('[aria-expanded="true"].saga-step, [aria-expanded="true"].bar-step')?.focus();
  go({ message: undefined });
}
