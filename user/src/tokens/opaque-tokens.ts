import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Presented, TokenHashes } from '../domain/session.ts';

/**
 * `<session id>.<family>.<secret>`; family and secret are 256 bits each. The family stays the same for the life of the
 * session, the secret is replaced at every refresh. The store knows only SHA-256 of both, so a stolen database opens no
 * session.
 *
 * The family distinguishes a token that was once issued (when it is spent, somebody has a copy and the session must end)
 * from one made up around a session's id (which is no secret, and must not be enough to sign anybody out), without a row
 * for every token ever spent.
 *
 * The successor's secret is HMAC-SHA-256 of a random nonce under the predecessor's secret. The nonce is stored until
 * the next refresh. So a client that presents the predecessor within 60 s can get the same successor again, although
 * that is stored nowhere: the database has the nonce but not the predecessor, a thief of an old token has the token but
 * not the nonce. With a secret of the server in place of the nonce, anybody with the database and one old token could
 * compute all that followed; a nonce is gone with the next refresh.
 */
export interface RefreshToken {
  readonly sessionId: string;
  readonly family: string;
  readonly secret: string;
}

const REFRESH_FORM = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})\.([\w-]{43})$/;

export function newRefreshToken(sessionId: string): RefreshToken {
  return { sessionId, family: random(), secret: random() };
}

/** Parses a refresh token; undefined: the text is none. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  const [, sessionId, family, secret] = REFRESH_FORM.exec(text) ?? [];
  if (sessionId === undefined || family === undefined || secret === undefined) return undefined;
  return { sessionId, family, secret };
}

export function refreshTokenText({ sessionId, family, secret }: RefreshToken): string {
  return `${sessionId}.${family}.${secret}`;
}

export function hashesOf({ family, secret }: RefreshToken): TokenHashes {
  return { familyHash: sha256(family), tokenHash: sha256(secret) };
}

export function successorOf(token: RefreshToken, nonce: string): RefreshToken {
  return { ...token, secret: createHmac('sha256', token.secret).update(nonce).digest('base64url') };
}

/** The token as presented, with a successor in case it turns out to be the valid one. */
export function presented(token: RefreshToken): Presented {
  const nonce = random();
  return { ...hashesOf(token), nonce, successorHash: sha256(successorOf(token, nonce).secret) };
}

/**
 * `<user id>.<secret>`; the secret is 256 random bits, made when its mail is handed over and contained in that mail alone. The
 * store gets its SHA-256 before that, so neither the database nor a waiting mail holds anything that opens an account.
 */
interface LinkToken {
  readonly userId: string;
  readonly secret: string;
}

const LINK_FORM = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

export function newLinkSecret(): string {
  return random();
}

export function linkSecretHash(secret: string): string {
  return sha256(secret);
}

export function linkTokenText({ userId, secret }: LinkToken): string {
  return `${userId}.${secret}`;
}

/** Parses a link token; undefined: the text is none. */
export function readLinkToken(text: string): LinkToken | undefined {
  const [, userId, secret] = LINK_FORM.exec(text) ?? [];
  return userId === undefined || secret === undefined ? undefined : { userId, secret };
}

/** A token of 256 random bits. The store knows only its SHA-256. */
export function newDeviceToken(): string {
  return random();
}

export function deviceHashOf(token: string): string {
  return sha256(token);
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
