import { describe, expect, test } from 'bun:test';
import { isLive, newSession, rotate, type Session, signedOut } from '../src/domain/session.ts';

const DAY = 86_400_000;
const START = 1_000_000;

const opened = (): Session =>
  newSession({ id: 's', userId: 'u', epoch: 1, familyHash: 'family', device: 'device', tokenHash: 'token-1', now: START });

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

  test('given the predecessor within 60 s, its successor can be made again and nothing changes', () => {
    const session = rotated(opened(), 1, START);
    expect(present(session, 1, START + 60_000)).toEqual({ kind: 'repeated', nonce: 'nonce-1' });
  });

  test('given the predecessor after 60 s, the session ends', () => {
    const session = rotated(opened(), 1, START);
    const rotation = present(session, 1, START + 60_001);
    const ended = { at: START + 60_001, reason: 'token_reused' };
    expect(rotation).toMatchObject({ kind: 'reused', session: { ended } });
  });

  test('given a token before the predecessor, it is overtaken for 60 s from its own refresh, and ends the session after that', () => {
    let session = opened();
    for (const n of [1, 2, 3]) session = rotated(session, n, START + n * 20_000);
    for (const n of [1, 2]) {
      expect(present(session, n, START + n * 20_000 + 60_000)).toEqual({ kind: 'overtaken' });
      expect(present(session, n, START + n * 20_000 + 60_001).kind).toBe('reused');
    }
    expect(present(session, 3, START + 120_000)).toEqual({ kind: 'repeated', nonce: 'nonce-3' });
  });

  test('given a hundred refreshes within 60 s, the next one waits, and no more are remembered', () => {
    let session = opened();
    for (let n = 1; n <= 100; n += 1) session = rotated(session, n, START + n);
    expect(present(session, 101, START + 50_000)).toEqual({ kind: 'too-often', waitMs: 10_002 });
    expect(present(session, 1, START + 50_000)).toEqual({ kind: 'overtaken' });
    expect(rotated(session, 101, START + 60_002).superseded).toHaveLength(99);
    expect(rotated(session, 101, START + 200_000).superseded).toEqual([]);
  });

  test('given a token of the family that was never issued, the session ends', () => {
    expect(present(opened(), 99, START).kind).toBe('reused');
  });

  test('given a token of another family, the session goes on', () => {
    expect(present(opened(), 99, START, { familyHash: 'made up' })).toEqual({ kind: 'refused' });
    expect(present(opened(), 1, START, { familyHash: 'made up' })).toEqual({ kind: 'refused' });
  });

  test('given it has ended, none of its tokens is valid', () => {
    const over = signedOut(rotated(opened(), 1, START), START + 1);
    expect(present(over, 2, START + 2)).toEqual({ kind: 'refused' });
    expect(present(over, 1, START + 2)).toEqual({ kind: 'refused' });
  });

  test('given all sessions were ended after it was opened, none of its tokens is valid', () => {
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
