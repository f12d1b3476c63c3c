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
export const WAITS = 'an order that has ended waits for nothing';
export const NUMBERED = 'the movements of every place are numbered 1..n without gap, and it counts n';
export const OVERSOLD = 'at no moment of the ledger was more promised than there was';
export const ON_HAND = 'stock on hand is the sum of its movements';
export const RESERVED = 'what is reserved is the sum of the open reservations';
export const RESERVATION = 'a reservation ends as its order does';
export const PAID = 'a completed order is paid exactly once, any other that has ended keeps nothing';
export const SAYS = 'an order says what became of its money';
export const REFUNDS = 'no more is refunded than was captured, and every refund is in the books once';
export const GIVEN_BACK = 'the gateway gave back what we say, each refund once';
export const WEBHOOKS = 'what the gateway told by itself is in the books';
export const PARCELS = 'the parcels of a completed order hold what was ordered, no other order has any';
export const PARCEL_NEWS = 'a parcel leaves and arrives once, as it was told';
export const ERASED = 'of somebody who has left nothing personal is kept, except in completed orders until they are delivered';
export const TOLD = 'no event tells anything of a person';
export const TREE = 'categories are a tree, and siblings stand from 0 on without gap';
export const CATEGORY_USE = 'every category counts the products that name it';
export const LOW = 'a SKU is said to run low once each time it does';
export const BOOKS = 'our books and those of the gateway agree';
export const TOTALS = 'totals add up';
export const VERSIONS = 'every event version of everything is 1..n without gap';
export const HISTORY = 'an order is as old as its history';
export const SENT = 'every event that was committed is in the log';
export const LEFT = 'nothing waits and nothing was given up';
