import { describe, expect, test } from 'bun:test';
import {
  hashesOf,
  newRefreshToken,
  presented,
  readRefreshToken,
  refreshTokenText,
  successorOf,
} from '../src/tokens/opaque-tokens.ts';

const SESSION = '01a2042a-9b01-7624-9b60-a99653148f0a';

describe('a refresh token', () => {
  test('reads as it was written', () => {
    const token = newRefreshToken(SESSION);
    expect(readRefreshToken(refreshTokenText(token))).toEqual(token);
  });

  const [full, cut] = ['a'.repeat(43), 'a'.repeat(42)];
  const others = ['', 'x', SESSION, `${SESSION}.${full}`, `${SESSION}.${full}.${cut}`, `${SESSION}.${full}.${full}.`];
  test.each(others)('%p is no refresh token', (text) => {
    expect(readRefreshToken(text)).toBeUndefined();
  });

  test('is 256 bits of family and 256 of secret, never the same', () => {
    const [one, other] = [newRefreshToken(SESSION), newRefreshToken(SESSION)];
    for (const part of [one.family, one.secret]) expect(Buffer.from(part, 'base64url')).toHaveLength(32);
    expect(new Set([one.family, one.secret, other.family, other.secret]).size).toBe(4);
  });

  test('has one successor for each nonce, of the same family', () => {
    const token = newRefreshToken(SESSION);
    expect(successorOf(token, 'nonce')).toEqual(successorOf(token, 'nonce'));
    expect(successorOf(token, 'nonce')).not.toEqual(successorOf(token, 'another'));
    expect(successorOf(token, 'nonce').family).toBe(token.family);
    expect(Buffer.from(successorOf(token, 'nonce').secret, 'base64url')).toHaveLength(32);
  });

  test('is presented by hashes alone, with a nonce of its own each time', () => {
    const token = newRefreshToken(SESSION);
    const [first, second] = [presented(token), presented(token)];
    expect(first).toMatchObject(hashesOf(token));
    expect(first.successorHash).toBe(hashesOf(successorOf(token, first.nonce)).tokenHash);
    expect(first.nonce).not.toBe(second.nonce);
    for (const part of [token.family, token.secret]) expect(JSON.stringify(first)).not.toContain(part);
  });
});
