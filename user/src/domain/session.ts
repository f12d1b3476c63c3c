const DAY_MS = 86_400_000;
/** An unused session ends after this time. */
const IDLE_MS = 30 * DAY_MS;
/** However much a session is used, the password is asked for again after this time. */
const LONGEST_MS = 180 * DAY_MS;
/** Time for which a replaced refresh token is no sign of theft: parallel requests, lost answers, a phone in a tunnel. */
const TWIN_MS = 60_000;
/** Refreshes of one session within that time at most, because each is remembered for so long. */
const REFRESHES_AT_ONCE = 100;

/** One sign-in on one device, kept alive by refresh tokens that replace each other. Times are epoch milliseconds. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** epoch of the credential that the session belongs to; once the credential has another one, the session is over */
  readonly epoch: number;
  /** SHA-256 of the part that all refresh tokens of this session have in common */
  readonly familyHash: string;
  /** the device that signed in, by its hash in the credential; null: opened by an earlier version */
  readonly device: string | null;
  /** SHA-256 of the refresh token that is valid now */
  readonly tokenHash: string;
  readonly predecessor: Predecessor | null;
  /** Tokens before the predecessor that were replaced a moment ago, oldest first. */
  readonly superseded: readonly Superseded[];
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  /** when a code of the second factor last came in this session; null: none did */
  readonly secondFactorAt: number | null;
  readonly ended: { readonly at: number; readonly reason: 'signed_out' | 'token_reused' } | null;
}

/** The refresh token before the valid one. That token and the nonce together make the valid one again. */
interface Predecessor extends Superseded {
  readonly nonce: string;
}

interface Superseded {
  readonly tokenHash: string;
  readonly replacedAt: number;
}

/** The hashes of a new refresh token that a session stores. */
export interface TokenHashes {
  readonly familyHash: string;
  readonly tokenHash: string;
}

/** A refresh token as presented, and the one that would replace it. */
export interface Presented extends TokenHashes {
  readonly successorHash: string;
  /** the successor is made with it */
  readonly nonce: string;
}

type Rotation =
  /** The successor is valid from now on. */
  | { readonly kind: 'rotated'; readonly session: Session }
  /** It was replaced a moment ago: the caller gets the same successor again, made with that nonce. */
  | { readonly kind: 'repeated'; readonly nonce: string }
  /** It was replaced a moment ago, and its successor has been used: the client has a newer token and does not need that one. */
  | { readonly kind: 'overtaken' }
  /** More refreshes within a minute than any client needs. */
  | { readonly kind: 'too-often'; readonly waitMs: number }
  /** It was spent long ago: one of two holders stole it, so the session ends for both. */
  | { readonly kind: 'reused'; readonly session: Session }
  | { readonly kind: 'refused' };

interface NewSession extends TokenHashes {
  readonly id: string;
  readonly userId: string;
  readonly epoch: number;
  readonly device: string;
  readonly now: number;
  readonly secondFactorAt?: number | null;
}

export function newSession({ now, secondFactorAt = null, ...identity }: NewSession): Session {
  return { ...identity, secondFactorAt, predecessor: null, superseded: [], createdAt: now, lastUsedAt: now, expiresAt: now + IDLE_MS, ended: null };
}

/** `epoch`: the present one of the user's credential. */
export function isLive(session: Session, epoch: number, now: number): boolean {
  return session.ended === null && session.epoch === epoch && now < session.expiresAt;
}

/** Replaces the refresh token. Only a token of the family can end the session: knowing a session's id is not enough to do harm. */
export function rotate(session: Session, epoch: number, presented: Presented, now: number): Rotation {
  if (!isLive(session, epoch, now) || presented.familyHash !== session.familyHash) return { kind: 'refused' };
  if (presented.tokenHash === session.tokenHash) return rotated(session, presented, now);
  const twins = twinsOf(session, now);
  if (!twins.some(({ tokenHash }) => tokenHash === presented.tokenHash)) return { kind: 'reused', session: ended(session, 'token_reused', now) };
  const { predecessor } = session;
  return presented.tokenHash === predecessor?.tokenHash ? { kind: 'repeated', nonce: predecessor.nonce } : { kind: 'overtaken' };
}

/** Tokens that were replaced so lately that a request with one counts as a slow twin of the request that got the newest. */
function twinsOf({ superseded, predecessor }: Session, now: number): readonly Superseded[] {
  return [...superseded, ...(predecessor === null ? [] : [predecessor])].filter(({ replacedAt }) => now - replacedAt <= TWIN_MS);
}

export function signedOut(session: Session, now: number): Session {
  return session.ended === null ? ended(session, 'signed_out', now) : session;
}

function rotated(session: Session, { tokenHash, successorHash, nonce }: Presented, now: number): Rotation {
  const twins = twinsOf(session, now);
  const [oldest] = twins;
  if (oldest !== undefined && twins.length >= REFRESHES_AT_ONCE) return { kind: 'too-often', waitMs: oldest.replacedAt + TWIN_MS + 1 - now };
  const successor: Session = {
    ...session,
    tokenHash: successorHash,
    predecessor: { tokenHash, nonce, replacedAt: now },
    superseded: twins.map(({ tokenHash: hash, replacedAt }) => ({ tokenHash: hash, replacedAt })),
    lastUsedAt: now,
    expiresAt: Math.min(now + IDLE_MS, session.createdAt + LONGEST_MS),
  };
  return { kind: 'rotated', session: successor };
}

/** Ends the session, and drops the data by which earlier tokens are known and successors are made. */
function ended(session: Session, reason: 'signed_out' | 'token_reused', at: number): Session {
  return { ...session, predecessor: null, superseded: [], ended: { at, reason } };
}
