import type { SecondFactorState, Session as PublishedSession } from '@souk/contracts/http/session';
import type { Address as PublishedAddress, User as PublishedUser } from '@souk/contracts/http/user';
import type { Address } from './address-book.ts';
import type { Credential } from './credential.ts';
import { isPending } from './second-factor.ts';
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
