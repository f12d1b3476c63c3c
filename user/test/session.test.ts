import { describe, expect, test } from 'bun:test';
import { isLive, newSession, rotate, type Session, signedOut } from '../src/domain/session.ts';

const DAY = 86_400_000;
const START = 1_000_000;

const opened = (): Session =>
  newSession({ id: 's', userId: 'u', epoch: 1, familyHash: 'family', tokenHash: 'token-1', now: START });

/** Presents `token-<n>`, whose successor would be `token-<n + 1>`. */
const present = (session: Session, n: number, now: number, changes: { epoch?: number; familyHash?: string } = {}) =>
  rotate(
    session,
    changes.epoch ?? 1,
    {
      familyHash: changes.familyHash ?? 'family',
      tokenHash: `token-${n}`,
      successorHash: `token-${n + 1}`,
      nonce: `nonce-${n}`,
    },
    now,
  );

function rotated(session: Session, n: number, now: number): Session {
  const rotation = present(session, n, now);
  if (rotation.kind !== 'rotated') throw new Error(rotation.kind);
  return rotation.session;
}

describe('a session', () => {
  test('given the valid token, it is replaced', () => {
    expect(rotated(opened(), 1, START + 5)).toMatchObject({
      tokenHash: 'token-2',
      predecessor: { tokenHash: 'token-1', nonce: 'nonce-1', replacedAt: START + 5 },
      lastUsedAt: START + 5,
      expiresAt: START + 5 + 30 * DAY,
    });
  });

  test('given the predecessor within 10 s, its successor can be made again and nothing changes', () => {
    const session = rotated(opened(), 1, START);
    expect(present(session, 1, START + 10_000)).toEqual({ kind: 'repeated', nonce: 'nonce-1' });
  });

  test('given the predecessor after 10 s, the session ends', () => {
    const session = rotated(opened(), 1, START);
    const rotation = present(session, 1, START + 10_001);
    const ended = { at: START + 10_001, reason: 'token_reused' };
    expect(rotation).toMatchObject({ kind: 'reused', session: { ended } });
  });

  test('given the predecessor of the predecessor at once, the session ends', () => {
    const session = rotated(rotated(opened(), 1, START), 2, START + 1);
    expect(present(session, 1, START + 2).kind).toBe('reused');
  });

  test('given something of the family that was never issued, the session ends', () => {
    expect(present(opened(), 99, START).kind).toBe('reused');
  });

  test('given another family, the session goes on', () => {
    expect(present(opened(), 99, START, { familyHash: 'made up' })).toEqual({ kind: 'refused' });
    expect(present(opened(), 1, START, { familyHash: 'made up' })).toEqual({ kind: 'refused' });
  });

  test('given it has ended, no token of it is worth anything', () => {
    const over = signedOut(rotated(opened(), 1, START), START + 1);
    expect(present(over, 2, START + 2)).toEqual({ kind: 'refused' });
    expect(present(over, 1, START + 2)).toEqual({ kind: 'refused' });
  });

  test('given it was opened before everything was ended, no token of it is worth anything', () => {
    expect(present(opened(), 1, START, { epoch: 2 })).toEqual({ kind: 'refused' });
  });

  test('given nobody uses it for 30 days, it is over', () => {
    expect(isLive(opened(), 1, START + 30 * DAY - 1)).toBe(true);
    expect(present(opened(), 1, START + 30 * DAY)).toEqual({ kind: 'refused' });
  });

  test('given it is used every day, it is over after 180 days', () => {
    let session = opened();
    for (let day = 1; day < 180; day += 1) session = rotated(session, day, START + day * DAY);
    expect(isLive(session, 1, START + 180 * DAY - 1)).toBe(true);
    expect(isLive(session, 1, START + 180 * DAY)).toBe(false);
  });

  test('given it has ended, ending it again changes nothing', () => {
    const over = signedOut(opened(), START + 1);
    expect(over.ended).toEqual({ at: START + 1, reason: 'signed_out' });
    expect(signedOut(over, START + 9)).toBe(over);
  });
});
