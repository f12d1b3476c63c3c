import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { type RunningUsers, runUsers } from './running-users.ts';

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers();
});
afterAll(() => users.close());

const sessionOf = (accessToken: string) => String(decodeJwt(accessToken)['sid']);

/** As if all refreshes of this session had been so much longer ago. */
function aged(sessionId: string, ms: number): void {
  const database = new Database(join(users.folder.path, 'user.db'));
  const { document } = database.query<{ document: string }, [string]>('select document from sessions where id = ?').get(sessionId) ?? {};
  const earlier = (document ?? '').replaceAll(/"replacedAt":(\d+)/g, (_, at) => `"replacedAt":${Number(at) - ms}`);
  database.prepare('update sessions set document = ? where id = ?').run(earlier, sessionId);
  database.close();
}

/** With another character at this place from the end. */
function altered(token: string, fromEnd: number): string {
  const at = token.length - fromEnd;
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}

describe('refreshing', () => {
  test('answers new tokens of the same session, not to be cached', async () => {
    const { tokens } = await users.signedIn();
    const { status, headers, body } = await users.refresh(tokens.refreshToken);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body.refreshToken).not.toBe(tokens.refreshToken);
    expect(sessionOf(body.accessToken)).toBe(sessionOf(tokens.accessToken));
    expect((await users.refresh(body.refreshToken)).status).toBe(200);
  });

  test('given the predecessor a moment later, the same refresh token and a fresh access token', async () => {
    const { tokens } = await users.signedIn();
    const first = await users.refresh(tokens.refreshToken);
    const again = await users.refresh(tokens.refreshToken);
    expect(again.status).toBe(200);
    expect(again.body.refreshToken).toBe(first.body.refreshToken);
    expect(again.body.accessToken).not.toBe(first.body.accessToken);
    expect((await users.send('GET', '/users/me', { as: again.body.accessToken })).status).toBe(200);
    expect((await users.refresh(again.body.refreshToken)).status).toBe(200);
  });

  test('given one token from 20 sockets, all get one successor', async () => {
    const { tokens } = await users.signedIn();
    const replies = await Promise.all(Array.from({ length: 20 }, () => users.overSocket.refresh(tokens.refreshToken)));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    const successors = new Set(replies.map(({ body }) => body.refreshToken));
    expect(successors.size).toBe(1);
    expect(new Set(replies.map(({ body }) => body.accessToken)).size).toBe(20);
    for (const successor of successors) expect((await users.refresh(successor)).status).toBe(200);
  });

  test('given a token that was replaced twice a moment ago, 409 however often it comes, and the session goes on', async () => {
    const { tokens } = await users.signedIn();
    const second = (await users.refresh(tokens.refreshToken)).body;
    const third = (await users.refresh(second.refreshToken)).body;
    const twins = await Promise.all(Array.from({ length: 20 }, () => users.refresh(tokens.refreshToken)));
    for (const { status, body } of twins) {
      expect(status).toBe(409);
      expect(body).toMatchObject({ type: 'urn:souk:problem:session-refreshed', detail: expect.stringContaining('newest tokens') });
    }
    for (const { accessToken } of [tokens, second, third]) {
      expect((await users.send('GET', '/users/me', { as: accessToken })).status).toBe(200);
    }
    expect((await users.refresh(third.refreshToken)).status).toBe(200);
  });

  test('given a lost answer and another try after 11 s, the same refresh token', async () => {
    const { tokens } = await users.signedIn();
    const lost = await users.refresh(tokens.refreshToken);
    aged(sessionOf(tokens.accessToken), 11_000);
    const again = await users.refresh(tokens.refreshToken);
    expect([again.status, again.body.refreshToken]).toEqual([200, lost.body.refreshToken]);
  });

  test('given a token that was replaced twice more than 60 s ago, the session ends, and the log says so', async () => {
    const { tokens } = await users.signedIn();
    const second = (await users.refresh(tokens.refreshToken)).body;
    aged(sessionOf(tokens.accessToken), 60_001);
    const third = (await users.refresh(second.refreshToken)).body;
    const reused = await users.refresh(tokens.refreshToken);
    expect(reused.status).toBe(401);
    expect(reused.body).toMatchObject({ type: 'urn:souk:problem:refresh-token-invalid' });
    expect((await users.refresh(third.refreshToken)).status).toBe(401);
    for (const { accessToken } of [tokens, second, third]) {
      expect((await users.send('GET', '/users/me', { as: accessToken })).status).toBe(401);
    }
    const sessionId = sessionOf(tokens.accessToken);
    const warning = users.logged.map((line) => JSON.parse(line)).find((line) => line.sessionId === sessionId);
    expect(warning).toMatchObject({ level: 'warn', sessionId });
  });

  test('given the predecessor after 60 s, the session ends', async () => {
    const { tokens } = await users.signedIn();
    const next = (await users.refresh(tokens.refreshToken)).body;
    aged(sessionOf(tokens.accessToken), 60_001);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(401);
    expect((await users.refresh(next.refreshToken)).status).toBe(401);
  });

  test("given a made-up token with a session's id, the session goes on", async () => {
    const { tokens } = await users.signedIn();
    const [sessionId, , secret] = tokens.refreshToken.split('.');
    const anothers = (await users.signedIn()).tokens.refreshToken.split('.').slice(1).join('.');
    const noFamily = `${sessionId}.${'A'.repeat(43)}.${secret}`;
    const madeUp = [noFamily, `${sessionId}.${anothers}`, altered(tokens.refreshToken, 60)];
    for (const token of [...madeUp, 'x', `${Bun.randomUUIDv7()}.${anothers}`]) {
      expect((await users.refresh(token)).status).toBe(401);
    }
    expect((await users.refresh(tokens.refreshToken)).status).toBe(200);
  });

  test('other sessions of the same user do not end with a stolen one', async () => {
    const { user, tokens } = await users.signedIn();
    const other = await users.signIn(user.email);
    expect((await users.refresh(altered(tokens.refreshToken, 20))).status).toBe(401);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(401);
    expect((await users.refresh(other.refreshToken)).status).toBe(200);
  });

  test('422 for an invalid body', async () => {
    for (const body of [{}, { refreshToken: '' }, { refreshToken: 'x'.repeat(501) }, { refreshToken: 'x', more: 1 }]) {
      expect((await users.send('POST', '/sessions/refresh', { body })).status).toBe(422);
    }
  });

  test('a refresh token is no access token', async () => {
    const { tokens } = await users.signedIn();
    expect((await users.send('GET', '/users/me', { as: tokens.refreshToken })).status).toBe(401);
  });
});
