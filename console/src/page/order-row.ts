import type { CommittedEvent } from '@souk/contracts/http/ops';
import type { OrderSummary } from '@souk/contracts/http/order';
import type { Money } from '@souk/contracts/money';
import type { OrderPaymentStatus, OrderReason, OrderStatus } from '@souk/contracts/saga';

/** An order as the list knows it: read from Order, then kept up to date by what the services tell. Times: epoch milliseconds. */
export interface OrderRow {
  readonly id: string;
  readonly placedAt: number;
  readonly updatedAt: number;
  readonly status: OrderStatus;
  readonly reason: OrderReason | null;
  readonly paymentStatus: OrderPaymentStatus;
  /** null: events carry no total, and the order was not read yet. */
  readonly total: Money | null;
  readonly goods: string | null;
  readonly parcels: OrderSummary['shipmentCounts'];
  /** Version of the order's stream that this is made of. */
  readonly version: number;
  /** Said by Inventory and Payment, mostly a moment before Order has heard of it. */
  readonly stock: 'reserved' | 'refused' | 'given_back' | null;
  readonly money: 'captured' | 'failed' | 'given_back' | null;
}

/** An answer may be older than what was told meanwhile; then what was told stays. */
export function withSummary(known: OrderRow | undefined, summary: OrderSummary): OrderRow {
  const { id, status, reason, paymentStatus, total, lineCount, firstLines, shipmentCounts, version } = summary;
  const [first] = firstLines;
  const goods = first === undefined ? null : `${first.quantity} × ${first.title}${lineCount > 1 ? ` and ${lineCount - 1} more` : ''}`;
  if (known !== undefined && known.version > version) return { ...known, total, goods };
  const { stock = null, money = null } = known ?? {};
  const [placedAt, updatedAt] = [Date.parse(summary.placedAt), Date.parse(summary.updatedAt)];
  return { id, placedAt, updatedAt, status, reason, paymentStatus, total, goods, parcels: shipmentCounts, version, stock, money };
}

/** The row of an order that was placed just now. */
export function rowOfCreated({ key, at, version }: CommittedEvent): OrderRow {
  const placedAt = Date.parse(at);
  const nothing = { reason: null, total: null, goods: null, stock: null, money: null };
  return { id: key, placedAt, updatedAt: placedAt, status: 'placed', paymentStatus: 'none', parcels: { pending: 0, shipped: 0, delivered: 0 }, version, ...nothing };
}

const STATUSES: readonly string[] = ['placed', 'awaiting_payment', 'completed', 'rejected', 'cancelled'] satisfies OrderStatus[];

/** The row after something was told about its order; the same row when that changes nothing. */
export function withTold(row: OrderRow, entry: CommittedEvent & { readonly service: string }): OrderRow {
  switch (entry.service) {
    case 'order':
      return entry.version <= row.version ? row : toldByOrder(row, entry);
    case 'inventory':
      return toldByInventory(row, entry.name);
    case 'payment':
      return toldByPayment(row, entry.name);
    default:
      return row;
  }
}

function toldByOrder(row: OrderRow, { name, version, at, to, reason }: CommittedEvent): OrderRow {
  const isMove = to !== null && STATUSES.includes(to);
  const status = isMove ? (to as OrderStatus) : row.status;
  return {
    ...row, version, status,
    updatedAt: Date.parse(at),
    reason: isMove ? (reason as OrderReason | null) : row.reason,
    paymentStatus: paymentAfter(row, name, status, reason),
    parcels: parcelsAfter(row.parcels, name),
  };
}

function paymentAfter(row: OrderRow, name: string, status: OrderStatus, reason: string | null): OrderPaymentStatus {
  switch (name) {
    case 'order.ready_for_payment':
      return 'pending';
    case 'order.completed':
      return 'paid';
    case 'order.cancelled':
      if (reason === 'payment_declined') return 'failed';
      return row.paymentStatus === 'pending' ? 'none' : row.paymentStatus;
    case 'payment.completed':
      return 'paid';
    case 'payment.refunded':
      // Only of a cancelled order it is sure that all of it went back.
      return status === 'cancelled' ? 'refunded' : 'partially_refunded';
    default:
      return row.paymentStatus;
  }
}

function parcelsAfter(parcels: OrderRow['parcels'], name: string): OrderRow['parcels'] {
  const { pending, shipped, delivered } = parcels;
  if (name === 'order.shipped') return { pending: Math.max(0, pending - 1), shipped: shipped + 1, delivered };
  if (name === 'order.delivered') return { pending, shipped: Math.max(0, shipped - 1), delivered: delivered + 1 };
  return parcels;
}

function toldByInventory(row: OrderRow, name: string): OrderRow {
  const said = name === 'inventory.reserved' ? 'reserved' : name === 'inventory.failed' ? 'refused' : name === 'inventory.released' ? 'given_back' : row.stock;
  return said === row.stock ? row : { ...row, stock: said };
}

function toldByPayment(row: OrderRow, name: string): OrderRow {
  const said = name === 'payment.completed' ? 'captured' : name === 'payment.failed' ? 'failed' : name === 'payment.refunded' ? 'given_back' : row.money;
  return said === row.money ? row : { ...row, money: said };
}

/** True for an event after which only Order knows the row: how much of the money went back, how many parcels there are. */
export function needsReading({ service, name }: { readonly service: string; readonly name: string }): boolean {
  return service === 'order' && (name === 'order.completed' || name === 'payment.refunded');
}

export type CellState = 'empty' | 'half' | 'done' | 'failed' | 'undone' | 'undoing' | 'never';
export interface Cell {
  readonly step: 'placed' | 'stock' | 'payment' | 'done' | 'parcels';
  readonly state: CellState;
  /** The same in words. */
  readonly says: string;
}

/** The five steps of an order, each in its state. */
export function stripOf(row: OrderRow): readonly Cell[] {
  return [{ step: 'placed', state: 'done', says: 'placed' }, stockCell(row), paymentCell(row), doneCell(row), parcelsCell(row)];
}

function stockCell({ status, reason, stock }: OrderRow): Cell {
  const cell = (state: CellState, says: string): Cell => ({ step: 'stock', state, says });
  if (status === 'rejected' || stock === 'refused') return cell('failed', 'not enough stock');
  if (status === 'cancelled') {
    if (reason === 'inventory_timeout') return cell('failed', 'no answer about stock');
    return stock === 'reserved' ? cell('undoing', 'stock is being given back') : cell('undone', 'stock let go');
  }
  if (status === 'placed' && stock === null) return cell('half', 'waits for stock');
  return cell('done', 'stock reserved');
}

function paymentCell({ status, reason, paymentStatus, stock, money }: OrderRow): Cell {
  const cell = (state: CellState, says: string): Cell => ({ step: 'payment', state, says });
  if (reason === 'payment_expired') return cell('failed', 'not paid in time');
  switch (paymentStatus) {
    case 'failed':
      return cell('failed', 'card declined');
    case 'refunded':
      return cell('undone', 'money given back');
    case 'partially_refunded':
      return cell('done', 'paid, a part was given back');
    case 'paid':
      if (status !== 'cancelled') return cell('done', 'paid');
      return money === 'given_back' ? cell('undone', 'money given back') : cell('undoing', 'money is being given back');
    case 'pending':
      if (money === 'captured') return cell('done', 'paid');
      return money === 'failed' ? cell('failed', 'card declined') : cell('half', 'waits for payment');
    case 'none':
      if (status !== 'placed') return cell('never', 'nothing to pay');
      return stock === 'refused' ? cell('never', 'nothing to pay') : cell('empty', 'not paid yet');
    default:
      return paymentStatus satisfies never;
  }
}

function doneCell({ status, paymentStatus }: OrderRow): Cell {
  const cell = (state: CellState, says: string): Cell => ({ step: 'done', state, says });
  switch (status) {
    case 'placed':
    case 'awaiting_payment':
      return cell('empty', 'not completed yet');
    case 'completed':
      return cell('done', 'completed');
    case 'rejected':
      return cell('never', 'rejected');
    case 'cancelled':
      return paymentStatus === 'paid' || paymentStatus === 'refunded' || paymentStatus === 'partially_refunded' ? cell('undone', 'cancelled after completion') : cell('never', 'cancelled');
    default:
      return status satisfies never;
  }
}

function parcelsCell({ status, parcels }: OrderRow): Cell {
  const cell = (state: CellState, says: string): Cell => ({ step: 'parcels', state, says });
  if (status === 'rejected' || status === 'cancelled') return cell('never', 'nothing is sent');
  const { pending, shipped, delivered } = parcels;
  const all = pending + shipped + delivered;
  if (delivered > 0 && delivered === all) return cell('done', all === 1 ? 'parcel delivered' : `${all} parcels delivered`);
  if (shipped + delivered > 0) return cell('half', `${shipped + delivered} of ${all} parcels shipped`);
  return cell('empty', all === 0 ? 'no parcels yet' : `${all} ${all === 1 ? 'parcel' : 'parcels'} to ship`);
}

/** True when no step is under way or to come, so the order's duration is final. */
export function isSettled({ status }: OrderRow): boolean {
  return status === 'completed' || status === 'rejected' || status === 'cancelled';
}
