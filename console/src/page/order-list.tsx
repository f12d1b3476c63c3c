import { useComputed, useSignalEffect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { moneyText } from './amounts.ts';
import { clock, durationText } from './clock.ts';
import { EmptyShop } from './empty-shop.tsx';
import { Filters } from './filters.tsx';
import { isSettled, type OrderRow } from './order-row.ts';
import { drawn, drawTo, filters, hasOlder, isAtTop, isFiltered, isFull, listed, type ListedOrder, readFirst, reading, readOlder, readProblem, ROWS_LIMIT, showWaiting, waiting } from './orders.ts';
import { activeOrder, focusList, LIST_ID, listKey } from './keys.ts';
import { Busy, Failure, PlaceLink, shortId, TimeOfDay } from './parts.tsx';
import { go, place } from './place.ts';
import { Strip } from './strip.tsx';
import { reasonText } from './words.ts';

const STEPS = ['placed', 'stock', 'paid', 'done', 'parcels'];
/** Within so many pixels of the upper end the list counts as not scrolled, of the lower end it reads on. */
const TOP_PX = 8;
const BOTTOM_PX = 600;

export function OrderList() {
  return (
    <section class="orders" aria-label="Orders">
      <Filters />
      <Newer />
      <Rows />
    </section>
  );
}

function Rows() {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const orders = drawn.value;
  const look = () => {
    const { current: box } = scroller;
    if (box === null) return;
    // Whoever walks the list keeps their row where it is.
    const isWalking = document.activeElement === list.current && activeOrder.peek() !== null && activeOrder.peek() !== listed.peek()[0]?.id;
    isAtTop.value = box.scrollTop < TOP_PX && !isWalking;
    if (box.scrollHeight - box.scrollTop - box.clientHeight < BOTTOM_PX && box.scrollTop > 0) goOn();
  };
  useEffect(() => activeOrder.subscribe(look), []);
  useSignalEffect(() => {
    if (filters.value !== undefined) scroller.current?.scrollTo({ top: 0 });
  });
  if (reading.value === 'first' && orders.length === 0) return <Busy label="Reading the orders" />;
  if (readProblem.value !== null && orders.length === 0) return <Failure problem={readProblem.value} retry={() => void readFirst()} />;
  if (orders.length === 0) return isFiltered.value ? <NothingFound /> : <EmptyShop />;
  return (
    <>
      <div class="list-head" aria-hidden="true"><span class="steps">{STEPS.map((step) => <span key={step}>{step}</span>)}</span></div>
      <div class="list-scroll" ref={scroller} onScroll={look}>
        <div
          class="list" ref={list} id={LIST_ID} role="listbox" tabIndex={0} aria-label="Orders, newest first" aria-busy={reading.value === 'first'}
          aria-activedescendant={optionId(activeOrder.value !== null && orders.some(({ id }) => id === activeOrder.value) ? activeOrder.value : orders[0]?.id ?? '')}
          onKeyDown={listKey} onFocus={look} onBlur={() => queueMicrotask(look)}
        >
          {orders.map(nodeOf)}
        </div>
        <Older />
      </div>
    </>
  );
}

/** Draws what is listed further down; where that is all, reads what is older. */
function goOn(): void {
  if (drawn.peek().length < listed.peek().length) drawTo();
  else void readOlder();
}

const optionId = (id: string) => `order-${id}`;

const nodes = new WeakMap<ListedOrder, VNode>();

/** Always the same node for an order, so that a change of the list compares no rows: each follows its own signal. */
function nodeOf(order: ListedOrder): VNode {
  const known = nodes.get(order);
  if (known !== undefined) return known;
  const node = <Row key={order.id} order={order} />;
  nodes.set(order, node);
  return node;
}

function Row({ order: { id, row } }: { readonly order: ListedOrder }) {
  const isChosen = useComputed(() => place.value.order === id);
  const look = useComputed(() => `row${isChosen.value ? ' is-chosen' : ''}${activeOrder.value === id ? ' is-active' : ''}`);
  const order = row.value;
  const open = () => {
    activeOrder.value = id;
    go({ order: id, message: undefined });
  };
  return (
    <div role="option" id={optionId(id)} aria-selected={isChosen} class={look} onClick={open}>
      <span class="at"><TimeOfDay at={new Date(order.placedAt).toISOString()} /></span>
      <code class="short" title={id}>{shortId(id)}</code>
      <Strip row={order} />
      <span class="total">{order.total === null ? '…' : moneyText(order.total)}</span>
      <span class="goods">{order.reason === null ? order.goods : <span class={`reason is-${order.status}`}>{reasonText(order.reason)}</span>}</span>
      <span class="duration">{isSettled(order) ? durationText(order.updatedAt - order.placedAt) : <SoFar order={order} />}</span>
    </div>
  );
}

function SoFar({ order: { placedAt } }: { readonly order: OrderRow }) {
  // Whole seconds: a tick of the clock is all that moves them.
  const text = useComputed(() => (clock.value - placedAt < 1000 ? 'just now' : `${durationText(Math.floor((clock.value - placedAt) / 1000) * 1000)} so far`));
  return <>{text}</>;
}

/** The orders that came while the list was scrolled. */
function Newer() {
  const count = waiting.value.length;
  const show = () => {
    showWaiting();
    activeOrder.value = listed.peek()[0]?.id ?? null;
    focusList();
  };
  return (
    <div class="newer" role="status">
      {count > 0 && <button type="button" class="primary" onClick={show}>{count >= ROWS_LIMIT ? `${ROWS_LIMIT}+` : count} new</button>}
    </div>
  );
}

function Older() {
  const last = listed.value.at(-1);
  if (drawn.value.length < listed.value.length) return <button type="button" class="older" onClick={goOn}>Older orders</button>;
  if (reading.value === 'older') return <Busy label="Reading older orders" />;
  if (readProblem.value !== null) return <Failure problem={readProblem.value} retry={() => void readOlder()} />;
  if (hasOlder.value) return <button type="button" class="older" onClick={() => void readOlder()}>Older orders</button>;
  if (!isFull.value || last === undefined) return <p class="list-end">This is the oldest order.</p>;
  const olderThan = String(Math.floor((clock.peek() - last.row.peek().placedAt) / 1000));
  return <p class="list-end">{ROWS_LIMIT} orders are shown at most. <PlaceLink to={{ olderThan }}>Show older ones instead</PlaceLink></p>;
}

function NothingFound() {
  return <p class="list-end" role="status">No order is like this.</p>;
}
