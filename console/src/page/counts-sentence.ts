import type { OrderCounts } from '@souk/contracts/http/order';
import type { ServiceName } from '@souk/contracts/services';
import { NO_FILTERS } from './order-filters.ts';
import type { Place } from './place.ts';
import { serviceName } from './words.ts';

export interface Counted {
  readonly deadLetters: number;
  readonly parkedKeys: number;
  readonly orders: OrderCounts | null;
  /** `more`: there are more than were counted. */
  readonly toShip: { readonly count: number; readonly more: boolean } | null;
}

/** Knowledge of the services beside the counts. */
export interface Reach {
  /** Services without news. */
  readonly away: readonly ServiceName[];
  /** The console itself does not answer, so that everything is as it was. */
  readonly isLost: boolean;
}

type Change = { readonly [Name in keyof Place]?: Place[Name] | undefined };

/** A piece of the sentence; one with `to` is a number that leads to what it counts. */
export interface Piece {
  readonly text: string;
  readonly to?: Change;
  readonly isTrouble?: boolean;
}

/** Counts of what waits or was given up stop here. */
const COUNTED_AT_MOST = 1000;

const listFormat = new Intl.ListFormat('en-GB');

/** The state of the shop in one sentence, trouble first. */
export function countsSentence({ deadLetters, parkedKeys, orders, toShip }: Counted, { away, isLost }: Reach): readonly Piece[] {
  const silent = away.length === 0 || isLost ? [] : [{ text: `${listFormat.format(away.map(serviceName))} ${away.length === 1 ? 'does' : 'do'} not answer`, isTrouble: true }];
  const wrong = listOf([
    drawer(deadLetters, 'dead letter', 'letters'),
    drawer(parkedKeys, 'parked key', 'parked'),
    drawer(orders?.stuck ?? 0, 'stuck order', 'stuck'),
  ]);
  const trouble = silent.length > 0 && wrong.length > 0 ? [...silent, { text: '; ' }, ...wrong] : [...silent, ...wrong];
  if (orders === null) return trouble.length > 0 ? [...trouble, { text: '.' }] : [];
  const waits = waiting(orders, toShip);
  const ended = [
    filter(orders.completed, 'completed', { status: 'completed' }),
    filter(orders.cancelled, 'cancelled', { status: 'cancelled' }),
    filter(orders.rejected, 'rejected', { status: 'rejected' }),
  ].flatMap((piece, index) => (index === 0 ? [piece] : [{ text: ', ' }, piece]));
  const isEmpty = waits.length === 0 && orders.completed + orders.cancelled + orders.rejected === 0;
  const rest = isEmpty ? [{ text: 'no orders yet' }] : waits.length === 0 ? ended : [...waits, { text: '; ' }, ...ended];
  const opening = trouble.length > 0 ? [...trouble, { text: '; ' }] : [{ text: isLost ? 'Before the link was lost: ' : 'All is well: ' }];
  return [...opening, ...rest, { text: '.' }];
}

/** `12 wait for stock, 4 for payment, 31 for shipping`. */
function waiting({ placed, awaiting_payment }: OrderCounts, toShip: Counted['toShip']): Piece[] {
  const waits = [
    { count: placed, more: false, what: 'stock' },
    { count: awaiting_payment, more: false, what: 'payment' },
    { count: toShip?.count ?? 0, more: toShip?.more ?? false, what: 'shipping' },
  ].filter(({ count }) => count > 0);
  return waits.flatMap(({ count, more, what }, index) => {
    const verb = index > 0 ? '' : count === 1 ? 'waits ' : 'wait ';
    const piece = { text: `${number(count)}${more ? '+' : ''} ${verb}for ${what}`, to: { ...NO_FILTERS, waitsFor: what } };
    return index === 0 ? [piece] : [{ text: ', ' }, piece];
  });
}

function drawer(count: number, noun: string, to: 'letters' | 'parked' | 'stuck'): Piece | null {
  if (count === 0) return null;
  const text = `${number(count)}${count >= COUNTED_AT_MOST ? '+' : ''} ${noun}${count === 1 ? '' : 's'}`;
  return { text, to: { drawer: to, item: undefined }, isTrouble: true };
}

function filter(count: number, what: string, to: Change): Piece {
  return { text: `${number(count)} ${what}`, to: { ...NO_FILTERS, ...to } };
}

/** `a, b and c`. */
function listOf(pieces: readonly (Piece | null)[]): Piece[] {
  const some = pieces.filter((piece) => piece !== null);
  return some.flatMap((piece, index) => (index === 0 ? [piece] : [{ text: index === some.length - 1 ? ' and ' : ', ' }, piece]));
}

function number(count: number): string {
  return count.toLocaleString('en');
}
