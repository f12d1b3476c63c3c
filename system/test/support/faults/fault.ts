import type { Snapshot } from '../snapshot.ts';

/** One thing that is wrong in a shop that is healthy otherwise. */
export interface Fault {
  readonly what: string;
  /** The promises that it breaks: these, and no other. */
  readonly breaks: readonly string[];
  readonly facts: Partial<Snapshot>;
}

export const ACCEPTED = 'every accepted order exists';
export const ENDS = 'every order ends';
export const WAITS = 'an ended order waits for nothing';
export const NUMBERED = 'the movements of every stock level are numbered 1..n without a gap, and the level counts n';
export const OVERSOLD = 'at no point in the ledger was more reserved than on hand';
export const ON_HAND = 'stock on hand is the sum of its movements';
export const RESERVED = 'what is reserved is the sum of the open reservations';
export const RESERVATION = 'a reservation ends as its order does';
export const PAID = 'a completed order is paid exactly once, and any other ended order keeps no money';
export const SAYS = 'the payment status of an order is that of its payment';
export const REFUNDS = 'no more is refunded than was captured, and every refund is in the books once';
export const GIVEN_BACK = 'the gateway made every refund in our books, each once';
export const WEBHOOKS = 'every webhook of the gateway is in our books';
export const PARCELS = 'the parcels of a completed order hold what was ordered, and no other order has parcels';
export const PARCEL_NEWS = 'a parcel is shipped once and delivered once, as its events say';
export const ERASED = 'no personal data of a deleted user is kept, except in completed orders until they are delivered';
export const TOLD = 'no event holds personal data';
export const TREE = 'categories form a tree, and siblings are numbered from 0 without a gap';
export const CATEGORY_USE = 'every category counts the products in it';
export const LOW = 'a SKU is reported low once each time it runs low';
export const BOOKS = 'our books and those of the gateway agree';
export const TOTALS = 'the total of an order is the sum of its lines';
export const VERSIONS = 'every history has all its versions, 1..n without a gap';
export const HISTORY = 'the version of an order is the number of entries in its history';
export const SENT = 'every event that was committed is in the log';
export const LEFT = 'no message is unhandled, parked or a dead letter';
