import type { SecondFactorState, Session as PublishedSession } from '@souk/contracts/http/session';
import type { Address as PublishedAddress, DeletionReceipt, User as PublishedUser } from '@souk/contracts/http/user';
import type { Address } from './address-book.ts';
import { type Credential, isPending } from './credential.ts';
import type { Session } from './session.ts';
import type { User } from './user.ts';

/** The user as callers see it. */
export function userRepresentation({ id, email, emailConfirmed, name, roles, disabled, version, createdAt, updatedAt }: User): PublishedUser {
  return {
    id,
    email,
    emailConfirmed,
    name,
    roles: [...roles],
    status: disabled === null ? 'active' : 'disabled',
    ...(disabled !== null && { disabledReason: disabled.reason }),
    version,
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
  };
}

/** The address as its user sees it. */
export function addressRepresentation({ createdAt, updatedAt, ...address }: Address): PublishedAddress {
  return { ...address, createdAt: isoTime(createdAt), updatedAt: isoTime(updatedAt) };
}

/** The session as its user sees it; `currentId`: the session of the request. */
export function sessionRepresentation(session: Session, currentId: string): PublishedSession {
  const { id, createdAt, lastUsedAt, expiresAt } = session;
  return {
    id,
    current: id === currentId,
    createdAt: isoTime(createdAt),
    lastUsedAt: isoTime(lastUsedAt),
    expiresAt: isoTime(expiresAt),
  };
}

/** The second factor as its user sees it. */
export function factorRepresentation({ secondFactor, pendingFactor }: Credential, now: number): SecondFactorState {
  return {
    active: secondFactor !== null,
    activeSince: secondFactor && isoTime(secondFactor.activeSince),
    recoveryCodesLeft: secondFactor?.recoveryHashes.length ?? 0,
    pendingUntil: isPending(pendingFactor, now) ? isoTime(pendingFactor.expiresAt) : null,
  };
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

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
