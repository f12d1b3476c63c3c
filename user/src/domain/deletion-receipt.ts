import type { DeletionReceipt } from '@souk/contracts/http/user';
import { isoTime } from './representations.ts';

const BOOKS = 'The books have to be kept; without the account they name nobody.';

/** Data that the other services keep, by rules that all services share (docs/adr/0025): User asks none of them. */
const KEPT: DeletionReceipt['kept'] = [
  {
    by: 'order',
    what: 'Orders that are completed and not delivered yet, with their address',
    why: 'Their delivery needs it. Orders that were not completed are cancelled, and what was paid for them goes back.',
    until: 'The last parcel has arrived, or the order is cancelled, or all of its money went back before it was sent',
  },
  {
    by: 'order',
    what: 'Of every other order its goods, prices and times, the country it went to, carriers and tracking numbers',
    why: BOOKS,
    until: null,
  },
  { by: 'payment', what: "Amounts, times and the gateway's references of payments and refunds", why: BOOKS, until: null },
  {
    by: 'order',
    what: 'The address in order.completed, as it was sent to the event log',
    why: 'What was sent cannot be changed.',
    until: 'The topic no longer keeps it',
  },
];

/** `deletedAt` in epoch milliseconds. */
export function deletionReceipt(userId: string, deletedAt: number): DeletionReceipt {
  return { userId, deletedAt: isoTime(deletedAt), kept: KEPT };
}
