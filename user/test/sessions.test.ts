import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { availableParallelism } from 'node:os';
import { until } from '@souk/chassis/testing/until';
import type { Session, SessionTokens } from '@souk/contracts/http/session';
import { decodeJwt } from 'jose';
import { newEmail, PASSWORD, type Reply, type RunningUsers, runUsers } from './running-users.ts';

interface Page {
  readonly items: readonly Session[];
  readonly nextCursor: string | null;
}

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers();
});
afterAll(() => users.close());

const sessionOf = ({ accessToken }: SessionTokens) => String(decodeJwt(accessToken)['sid']);
const me = (as: string) => users.send('GET', '/users/me', { as });

/** What distinguishes one refusal from another for its reader. */
const shown = ({ status, headers, body }: Reply) => {
  const { instance: _instance, requestId: _requestId, ...problem } = body as Record<string, unknown>;
  return { status, problem, authenticate: headers.get('www-authenticate'), length: headers.get('content-length') };
};

describe('sessions of one user', () => {
  test('are limited in number: the one unused for longest ends with the next sign-in', async () => {
    const few = await runUsers({ sessionsPerUser: 3 });
    const { email } = await few.register();
    const [first, second, third] = [await few.signIn(email), await few.signIn(email), await few.signIn(email)];
    const refreshed = (await few.refresh(first.refreshToken)).body;
    const fourth = await few.signIn(email);
    const open = (await few.send<Page>('GET', '/sessions', { as: fourth.accessToken })).body.items.map(({ id }) => id);
    expect(open).toEqual([fourth, third, refreshed].map(sessionOf));
    expect((await few.send('GET', '/users/me', { as: second.accessToken })).status).toBe(401);
    await until('the others hear of it', () => few.log.sent.some(({ topic, value }) => topic === 'user.access_changed' && value.includes(sessionOf(second))));
    await few.close();
  }, 20_000);

  test('may exceed the limit when many are opened at once, and return to it with the next sign-in', async () => {
    const few = await runUsers({ sessionsPerUser: 3 });
    const { email } = await few.register();
    await Promise.all(Array.from({ length: 5 }, () => few.signIn(email)));
    const last = await few.signIn(email);
    const { items } = (await few.send<Page>('GET', '/sessions', { as: last.accessToken })).body;
    expect(items).toHaveLength(3);
    expect(items[0]?.current).toBe(true);
    await few.close();
  }, 20_000);
});

describe('signing in', () => {
  test('answers tokens that must not be cached', async () => {
    const { email } = await users.register();
    const asked = { body: { email, password: PASSWORD } };
    const { status, headers, body } = await users.send<SessionTokens>('POST', '/sessions', asked);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ expiresIn: 300, tokenType: 'Bearer' });
    expect((await me(body.accessToken)).body).toMatchObject({ email });
  });

  test('takes the address in any case and with spaces around it', async () => {
    const { email } = await users.register();
    expect(await users.signIn(` ${email.toUpperCase()} `)).toHaveProperty('accessToken');
  });

  test('401 is the same for an unknown address and for a wrong password', async () => {
    const { email } = await users.register();
    const wrong = await users.overSocket.send('POST', '/sessions', { body: { email, password: 'wrong horse battery' } });
    const unknown = await users.overSocket.send('POST', '/sessions', { body: { email: newEmail(), password: PASSWORD } });
    expect(wrong.status).toBe(401);
    expect(wrong.body).toMatchObject({ type: 'urn:souk:problem:invalid-credentials' });
    expect(shown(unknown)).toEqual(shown(wrong));
  });

  test('takes about the same time for both', async () => {
    const { email } = await users.register();
    const time = async (address: string) => {
      const times: number[] = [];
      for (let attempt = 0; attempt < 4; attempt += 1) {
        const start = performance.now();
        await users.send('POST', '/sessions', { body: { email: address, password: 'wrong horse battery' } });
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    const [known, unknown] = [await time(email), await time(newEmail())];
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  });

  test('422 for an invalid body', async () => {
    const { status, body } = await users.send('POST', '/sessions', { body: { email: 'ada@example.com' } });
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer: '/password' }] });
  });

  test('503 with Retry-After for those beyond what can be hashed soon, and the others are answered', async () => {
    const many = 60 + availableParallelism();
    const signIn = () => users.send('POST', '/sessions', { body: { email: newEmail(), password: PASSWORD } });
    const replies = await Promise.all(Array.from({ length: many }, signIn));
    const refused = replies.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('2');
    expect(refused[0]?.body).toMatchObject({ type: 'urn:souk:problem:overloaded' });
    expect(replies.filter(({ status }) => status === 401).length).toBe(replies.length - refused.length);
  }, 20_000);
});

describe('sessions', () => {
  test('are listed newest first, with the current one marked', async () => {
    const { user, tokens } = await users.signedIn();
    const newer = await users.signIn(user.email);
    const { status, body } = await users.send<Page>('GET', '/sessions', { as: tokens.accessToken });
    expect(status).toBe(200);
    expect(body.items.map(({ id, current }) => [id, current])).toEqual([
      [sessionOf(newer), false],
      [sessionOf(tokens), true],
    ]);
    expect(body.nextCursor).toBeNull();
  });

  test('are listed page by page', async () => {
    const { user, tokens } = await users.signedIn();
    const ids = [sessionOf(tokens)];
    for (let count = 0; count < 4; count += 1) ids.unshift(sessionOf(await users.signIn(user.email)));
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const path: string = `/sessions?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`;
      const { body } = await users.send<Page>('GET', path, { as: tokens.accessToken });
      found.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(found).toEqual(ids);
  });

  test('422 for a cursor of another list and for a limit beyond 100', async () => {
    const { tokens } = await users.signedIn();
    for (const query of ['cursor=x', 'limit=101', 'limit=0']) {
      expect((await users.send('GET', `/sessions?${query}`, { as: tokens.accessToken })).status).toBe(422);
    }
  });

  test('end one by one: its access token is refused at once, the others go on', async () => {
    const { user, tokens } = await users.signedIn();
    const other = await users.signIn(user.email);
    const path = `/sessions/${sessionOf(other)}`;
    expect((await users.send('DELETE', path, { as: tokens.accessToken })).status).toBe(204);
    expect((await me(other.accessToken)).status).toBe(401);
    expect((await users.refresh(other.refreshToken)).status).toBe(401);
    expect((await me(tokens.accessToken)).status).toBe(200);
    const { body } = await users.send<Page>('GET', '/sessions', { as: tokens.accessToken });
    expect(body.items.map(({ id }) => id)).toEqual([sessionOf(tokens)]);
    expect((await users.send('DELETE', path, { as: tokens.accessToken })).status).toBe(204);
  });

  test('end by signing out of the current one', async () => {
    const { tokens } = await users.signedIn();
    const path = `/sessions/${sessionOf(tokens)}`;
    expect((await users.send('DELETE', path, { as: tokens.accessToken })).status).toBe(204);
    expect((await users.send('DELETE', path, { as: tokens.accessToken })).status).toBe(401);
  });

  test("404 for another user's, for an unknown id and for a malformed one", async () => {
    const { tokens } = await users.signedIn();
    const other = await users.signedIn();
    for (const id of [sessionOf(other.tokens), Bun.randomUUIDv7(), 'x']) {
      expect((await users.send('DELETE', `/sessions/${id}`, { as: tokens.accessToken })).status).toBe(404);
    }
    expect((await me(other.tokens.accessToken)).status).toBe(200);
  });

  test('end all at once; a new one can be opened', async () => {
    const { user, tokens } = await users.signedIn();
    const other = await users.signIn(user.email);
    expect((await users.send('DELETE', '/sessions', { as: tokens.accessToken })).status).toBe(204);
    for (const { accessToken, refreshToken } of [tokens, other]) {
      expect((await me(accessToken)).status).toBe(401);
      expect((await users.refresh(refreshToken)).status).toBe(401);
    }
    const { accessToken } = await users.signIn(user.email);
    const { body } = await users.send<Page>('GET', '/sessions', { as: accessToken });
    expect(body.items).toHaveLength(1);
  });

  test.each([
    ['GET', '/sessions'],
    ['DELETE', '/sessions'],
    ['DELETE', `/sessions/${Bun.randomUUIDv7()}`],
  ])('%s %s: 401 without a token', async (method, path) => {
    expect((await users.send(method, path)).status).toBe(401);
  });
});
