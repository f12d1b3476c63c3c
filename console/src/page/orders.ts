import { batch, computed, type Signal, signal } from '@preact/signals';
import type { Order, OrderSummary } from '@souk/contracts/http/order';
import type { Problem } from '@souk/contracts/problem';
import { type Answer, askService } from './api.ts';
import { committed, frozen, gaps, session, type Told } from './live.ts';
import { type OrderRow, needsReading, rowOfCreated, withSummary, withTold } from './order-row.ts';
import { type Place, place } from './place.ts';

/** Rows in memory at most, those that wait included. */
export const ROWS_LIMIT = 500;
const PAGE = 50;
/** Longest page that Order gives. */
const LONGEST_PAGE = 100;
/** Pause between two readings that what was told has asked for, and before the first of them; milliseconds. */
const READ_EVERY_MS = 1500;
const READ_AFTER_MS = 120;
/** Pause between two readings of all that is listed: under a load that the stream skips parts of, every frame asks for one. */
const READ_ALL_EVERY_MS = 5000;

export interface ListedOrder {
  readonly id: string;
  readonly row: Signal<OrderRow>;
}

/** The orders that are listed, newest first. Each has its own signal, so that a step of one order draws one row. */
export const listed = signal<readonly ListedOrder[]>([]);
/** Rows that are drawn at first, and more each time that the end of them comes into sight: an order that comes in moves all that are drawn. */
const DRAWN = 60;
/** Rows that are drawn at once: as many as a screen has. The others follow when the browser has time. */
const DRAWN_FIRST = 24;
const depth = signal(DRAWN_FIRST);
/** The upper part of the list, as far as somebody has looked. */
export const drawn = computed(() => listed.value.slice(0, depth.value));
/** New orders that wait for a click, newest first. */
export const waiting = signal<readonly ListedOrder[]>([]);
export const reading = signal<'first' | 'older' | null>('first');
export const readProblem = signal<Problem | null>(null);
/** True while the newest order is in sight, so that a newer one may take its place. */
export const isAtTop = signal(true);
const older = signal<string | null>(null);
export const hasOlder = computed(() => older.value !== null && listed.value.length < ROWS_LIMIT);
export const isFull = computed(() => listed.value.length >= ROWS_LIMIT);

const byId = new Map<string, ListedOrder>();
/** Orders whose row has to be read, because what was told does not say all of it. */
const unread = new Set<string>();
let readings = 0;
let planned: { readonly all: boolean; readonly timer: ReturnType<typeof setTimeout> } | null = null;
let lastReadAt = 0;
let lastReadAllAt = 0;
/** A reading that fell due while the page was frozen. */
let isOwed = false;

/** The filters in the place; what they are as text changes with them. */
export const filters = computed(() => {
  const { status, reason, waitsFor, sku, userId, olderThan } = place.value;
  return JSON.stringify({ status, reason, waitsFor, sku, userId, olderThan });
});
export const isFiltered = computed(() => filters.value !== '{}');
/** True of a shop without any order. */
export const isEmpty = computed(() => listed.value.length === 0 && reading.value === null && readProblem.value === null && !isFiltered.value);

/** Reads the list, again whenever the filters change, and keeps it up to date. */
export function followOrders(): void {
  committed.subscribe((entries) => batch(() => { for (const entry of entries) take(entry); }));
  let known = '';
  filters.subscribe((now) => {
    if (now !== known) void readFirst();
    known = now;
  });
  let gapsKnown = gaps.value;
  gaps.subscribe((now) => {
    if (now !== gapsKnown) planReading(true);
    gapsKnown = now;
  });
  frozen.subscribe((now) => {
    if (!now && isOwed) planReading(true);
  });
  isAtTop.subscribe((now) => {
    if (!now) return;
    depth.value = DRAWN;
    showWaiting();
  });
  let wasSignedIn = false;
  session.subscribe((now) => {
    const isSignedIn = Boolean(now);
    // Nothing stays on a page that nobody is signed in at.
    if (now === null) forgetAll();
    else if (isSignedIn && !wasSignedIn && listed.peek().length === 0 && reading.peek() === null) void readFirst();
    wasSignedIn = isSignedIn;
  });
}

/** Shows another list: that of the filters in the place. */
export async function readFirst(): Promise<void> {
  const nth = ++readings;
  reading.value = 'first';
  const answer = await readPage({ limit: PAGE });
  if (nth !== readings) return;
  batch(() => {
    reading.value = null;
    readProblem.value = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    forgetAll();
    listed.value = answer.value.items.map(listedOf);
    older.value = answer.value.nextCursor;
  });
  requestIdleCallback(() => { depth.value = Math.max(depth.peek(), DRAWN); }, { timeout: 500 });
}

/** Draws the list down to the row at `index`, or further down than it is. */
export function drawTo(index = depth.peek()): void {
  if (index < depth.peek()) return;
  depth.value = index + DRAWN;
}

export async function readOlder(): Promise<void> {
  const cursor = older.peek();
  if (cursor === null || reading.peek() !== null || !hasOlder.peek()) return;
  const nth = readings;
  reading.value = 'older';
  // A cursor that was given up with the rows it followed is replaced by the time of the last row that is left.
  const last = listed.peek().at(-1)?.row.peek();
  const from = cursor === LOST_CURSOR && last !== undefined ? { placedBefore: new Date(last.placedAt + 1).toISOString() } : { cursor };
  const answer = await readPage({ limit: PAGE, ...from });
  if (nth !== readings) return;
  batch(() => {
    reading.value = null;
    readProblem.value = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    const fresh = answer.value.items.filter(({ id }) => !byId.has(id)).slice(0, ROWS_LIMIT - listed.peek().length);
    listed.value = [...listed.peek(), ...fresh.map(listedOf)];
    older.value = answer.value.nextCursor;
  });
}

const LOST_CURSOR = '(lost)';

/** Puts the orders that wait on top of the list. */
export function showWaiting(): void {
  const orders = waiting.peek();
  waiting.value = [];
  if (orders.length >= ROWS_LIMIT) void readFirst();
  else putOnTop(orders);
}

function take(entry: Told): void {
  const { service, name, key } = entry;
  const known = byId.get(key);
  if (known !== undefined) {
    known.row.value = withTold(known.row.peek(), entry);
    if (needsReading(entry)) unread.add(key);
  } else if (service === 'order' && name === 'order.created' && !isFiltered.peek()) {
    const order = keep(rowOfCreated(entry));
    unread.add(key);
    if (isAtTop.peek()) putOnTop([order]);
    else wait([order]);
  }
  if (unread.size > 0 || (isFiltered.peek() && service === 'order')) planReading();
}

function keep(row: OrderRow): ListedOrder {
  const order = { id: row.id, row: signal(row) };
  byId.set(row.id, order);
  return order;
}

function listedOf(summary: OrderSummary): ListedOrder {
  const known = byId.get(summary.id);
  if (known === undefined) return keep(withSummary(undefined, summary));
  known.row.value = withSummary(known.row.peek(), summary);
  return known;
}

function putOnTop(orders: readonly ListedOrder[]): void {
  if (orders.length === 0) return;
  const all = [...orders, ...listed.peek()];
  const [first, second] = all;
  // Orders of several processes can be told in another order than they were placed in.
  if (first !== undefined && second !== undefined && first.row.peek().placedAt < second.row.peek().placedAt) all.sort(newestFirst);
  for (const { id } of all.slice(ROWS_LIMIT)) forget(id);
  if (all.length > ROWS_LIMIT) older.value = LOST_CURSOR;
  listed.value = all.slice(0, ROWS_LIMIT);
}

function wait(orders: readonly ListedOrder[]): void {
  const all = [...orders, ...waiting.peek()].toSorted(newestFirst);
  for (const { id } of all.slice(ROWS_LIMIT)) forget(id);
  waiting.value = all.slice(0, ROWS_LIMIT);
}

function forgetAll(): void {
  byId.clear();
  unread.clear();
  waiting.value = [];
  listed.value = [];
}

function forget(id: string): void {
  byId.delete(id);
  unread.delete(id);
}

function newestFirst(a: ListedOrder, b: ListedOrder): number {
  const [one, two] = [a.row.peek(), b.row.peek()];
  return two.placedAt - one.placedAt || (two.id < one.id ? -1 : 1);
}

/** Plans to read what is listed once more: all of it, or what was told and is not known in full. */
function planReading(all = false): void {
  if (planned !== null && (planned.all || !all)) return;
  if (planned !== null) clearTimeout(planned.timer);
  const due = all ? lastReadAllAt + READ_ALL_EVERY_MS : Math.max(Date.now() + READ_AFTER_MS, lastReadAt + READ_EVERY_MS);
  const timer = setTimeout(() => {
    planned = null;
    void correct(all);
  }, Math.max(0, due - Date.now()));
  planned = { all, timer };
}

async function correct(all: boolean): Promise<void> {
  if (reading.peek() === 'first' || !session.peek()) return;
  isOwed = frozen.peek();
  if (isOwed) return;
  lastReadAt = Date.now();
  if (all) lastReadAllAt = lastReadAt;
  const nth = readings;
  const length = listed.peek().length + waiting.peek().length;
  const isWhole = all || isFiltered.peek();
  const wanted = isWhole ? Math.max(PAGE, length) : Math.min(LONGEST_PAGE, Math.max(10, newestUnread() + 1));
  let cursor: string | undefined;
  for (let read = 0; read < wanted;) {
    const limit = Math.min(LONGEST_PAGE, wanted - read);
    const answer = await readPage({ limit, ...(cursor !== undefined && { cursor }) });
    if (nth !== readings || !answer.ok) return;
    const { items, nextCursor } = answer.value;
    batch(() => merge(items, { isFirst: read === 0, isLast: nextCursor === null }));
    read += limit;
    if (nextCursor === null) break;
    cursor = nextCursor;
    if (!isWhole) break;
  }
  await readSingly(nth);
}

/** Place, from the top, of the last row on the newest page that has to be read. */
function newestUnread(): number {
  const newest = [...waiting.peek(), ...listed.peek().slice(0, LONGEST_PAGE)].slice(0, LONGEST_PAGE);
  return newest.findLastIndex(({ id }) => unread.has(id));
}

/** Rows of a page that was read. An order that was read and is not known belongs between its neighbours; one that is listed and no longer there has left the filters. */
function merge(items: readonly OrderSummary[], { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean }): void {
  if (frozen.peek()) {
    isOwed = true;
    return;
  }
  for (const { id } of items) unread.delete(id);
  const newest = listed.peek()[0]?.row.peek().placedAt ?? 0;
  const fresh = items.filter(({ id }) => !byId.has(id));
  for (const summary of items) if (byId.has(summary.id)) listedOf(summary);
  const last = items.at(-1);
  if (isFiltered.peek()) removeGone(items, { isFirst, isLast });
  if (fresh.length === 0 || last === undefined) return;
  const [newer, between] = [fresh.filter(({ placedAt }) => Date.parse(placedAt) >= newest), fresh.filter(({ placedAt }) => Date.parse(placedAt) < newest)];
  if (between.length > 0) listed.value = [...listed.peek(), ...between.map(listedOf)].toSorted(newestFirst).slice(0, ROWS_LIMIT);
  const orders = newer.map(listedOf);
  if (isAtTop.peek()) putOnTop(orders);
  else wait(orders);
}

function removeGone(items: readonly OrderSummary[], { isFirst, isLast }: { readonly isFirst: boolean; readonly isLast: boolean }): void {
  const there = new Set(items.map(({ id }) => id));
  const from = isFirst ? Number.POSITIVE_INFINITY : Date.parse(items[0]?.placedAt ?? '');
  const to = isLast ? Number.NEGATIVE_INFINITY : Date.parse(items.at(-1)?.placedAt ?? '');
  const isGone = ({ id, row }: ListedOrder) => !there.has(id) && row.peek().placedAt < from && row.peek().placedAt > to && id !== place.peek().order;
  const [gone, gonePerhaps] = [listed.peek().filter(isGone), waiting.peek().filter(isGone)];
  for (const { id } of [...gone, ...gonePerhaps]) forget(id);
  if (gone.length > 0) listed.value = listed.peek().filter((order) => !gone.includes(order));
  if (gonePerhaps.length > 0) waiting.value = waiting.peek().filter((order) => !gonePerhaps.includes(order));
}

/** Orders that are too far down for the newest page, ten of them at a time. */
async function readSingly(nth: number): Promise<void> {
  const ids = [...unread].slice(0, 10);
  for (const id of ids) unread.delete(id);
  const answers = await Promise.all(ids.map((id) => askService<Order>('order', `/orders/${id}`)));
  if (nth !== readings) return;
  batch(() => {
    for (const answer of answers) if (answer.ok && byId.has(answer.value.id)) listedOf(summaryOf(answer.value));
  });
  if (unread.size > 0) planReading();
}

function summaryOf(order: Order): OrderSummary {
  const count = (status: string) => order.shipments.filter((shipment) => shipment.status === status).length;
  const shipmentCounts = { pending: count('pending'), shipped: count('shipped'), delivered: count('delivered') };
  return { ...order, lineCount: order.items.length, firstLines: order.items.slice(0, 1), shipmentCounts };
}

interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
  readonly placedBefore?: string;
}

function readPage(query: PageQuery): Promise<Answer<{ items: OrderSummary[]; nextCursor: string | null }>> {
  return askService('order', '/orders', { query: { ...filterQuery(place.peek()), ...query } });
}

/** The filters as Order takes them. */
export function filterQuery({ status, reason, waitsFor, sku, userId, olderThan }: Place): Record<string, string | undefined> {
  const before = new Date(Date.now() - Number(olderThan) * 1000);
  // A time that no calendar reaches back to is no filter.
  const placedBefore = Number.isNaN(before.getTime()) ? undefined : before.toISOString();
  return { status, reason, waitsFor, sku, userId, placedBefore };
}
