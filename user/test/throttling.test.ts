import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import type { OpenedSession } from '@souk/contracts/http/session';
import { newEmail, PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

const WRONG = 'wrong horse battery';

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers({ rateLimit: 'on', trustedProxies: ['127.0.0.1'] });
});
afterAll(() => users.close());

let hosts = 0;
/** An address of its own, as a proxy tells of it. */
function from(): Readonly<Record<string, string>> {
  hosts += 1;
  return { 'x-forwarded-for': `10.0.${hosts >> 8}.${hosts & 255}` };
}

interface Trying {
  readonly at?: RunningUsers;
  readonly headers?: Readonly<Record<string, string>>;
  readonly deviceToken?: string | undefined;
}

const trying = (email: string, password: string, { at = users, headers = from(), deviceToken }: Trying = {}) =>
  at.send<OpenedSession>('POST', '/sessions', { body: { email, password, ...(deviceToken !== undefined && { deviceToken }) }, headers });

async function fail(email: string, times: number, how: Trying = {}): Promise<void> {
  for (let count = 0; count < times; count += 1) expect((await trying(email, WRONG, how)).status).toBe(401);
}

/** Fails until the next try from there has to wait for at least so many seconds. */
async function failUntil(email: string, seconds: number, how: Trying): Promise<void> {
  await until(`a wait of ${seconds} s`, async () => Number((await trying(email, WRONG, how)).headers.get('retry-after')) >= seconds, 20_000);
}

describe('wrong passwords for one account', () => {
  test('the sixth try has to wait, even with the right password; after the wait it works', async () => {
    const headers = from();
    const { email } = await users.register();
    await fail(email, 5, { headers });
    const reply = await trying(email, PASSWORD, { headers });
    expect(reply.status).toBe(429);
    expect(reply.headers.get('retry-after')).toBe('1');
    expect(reply.body).toMatchObject({ type: 'urn:souk:problem:too-many-requests' });
    await until('the wait is over', async () => (await trying(email, PASSWORD, { headers })).status === 200, 5000);
    await fail(email, 5, { headers });
  }, 20_000);

  test('an address that nobody has waits just the same', async () => {
    const email = newEmail();
    const headers = from();
    await fail(email, 5, { headers });
    expect((await trying(` ${email.toUpperCase()}`, WRONG, { headers })).status).toBe(429);
  }, 20_000);

  test('do not get further when they come all at once', async () => {
    const { email } = await users.register();
    const headers = from();
    const replies = await Promise.all(Array.from({ length: 20 }, () => trying(email, WRONG, { headers })));
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(15);
  }, 20_000);

  test('others can sign in meanwhile, and open sessions go on', async () => {
    const { user, tokens } = await users.signedIn();
    await fail(user.email, 5);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(200);
    expect((await trying((await users.register()).email, PASSWORD)).status).toBe(200);
  }, 20_000);

  test('are known to a second process, and after a restart', async () => {
    using folder = temporaryFolder();
    const [one, two] = [await runUsers({ folder, instance: 'one' }), await runUsers({ folder, instance: 'two' })];
    const email = newEmail();
    for (const at of [one, two, one, two, one]) expect((await trying(email, WRONG, { at })).status).toBe(401);
    expect((await trying(email, WRONG, { at: two })).status).toBe(429);
    await one.close();
    await two.close();
    const three = await runUsers({ folder, instance: 'one' });
    // The wait may be over by now; the count is not.
    await until('the wait is over', async () => (await trying(email, WRONG, { at: three })).status === 401, 5000);
    const { status, headers } = await trying(email, WRONG, { at: three });
    await three.close();
    expect([status, headers.get('retry-after')]).toEqual([429, '2']);
  }, 30_000);
});

describe("strangers' wrong passwords", () => {
  test('never delay a device that has signed in before, whatever address and account they are for', async () => {
    const { email } = await users.register();
    const headers = from();
    const { deviceToken } = (await trying(email, PASSWORD, { headers })).body;
    await fail(email, 5, { headers: from() });
    for (let round = 0; round < 3; round += 1) await Promise.all(Array.from({ length: 20 }, () => trying(newEmail(), WRONG, { headers })));
    expect((await trying(email, PASSWORD, { headers })).status).toBe(429);
    const again = await trying(email, PASSWORD, { headers, deviceToken });
    expect([again.status, again.body.deviceToken]).toEqual([200, deviceToken]);
    // Neither did that give them a new count.
    expect((await trying(email, WRONG, { headers })).status).toBe(429);
  }, 60_000);

  test('do not delay a client address without failures of its own', async () => {
    const { email } = await users.register();
    const stranger = { headers: from() };
    await failUntil(email, 2, stranger);
    expect((await trying(email, PASSWORD)).status).toBe(200);
  }, 30_000);

  test('get no more tries with device tokens of other accounts or made-up ones', async () => {
    const { email } = await users.register();
    const { deviceToken } = (await trying((await users.register()).email, PASSWORD)).body;
    const headers = from();
    for (const token of [deviceToken, 'made up', undefined, 'x'.repeat(200), deviceToken]) await fail(email, 1, { headers, deviceToken: token });
    expect((await trying(email, WRONG, { headers, deviceToken })).status).toBe(429);
  }, 30_000);

  test('with a stolen device token are five, then that device has to wait', async () => {
    const { email } = await users.register();
    const { deviceToken } = (await trying(email, PASSWORD)).body;
    await fail(email, 5, { deviceToken });
    expect((await trying(email, WRONG, { deviceToken })).status).toBe(429);
    expect((await trying(email, PASSWORD, { deviceToken })).status).toBe(429);
    expect((await trying(email, PASSWORD)).status).toBe(200);
  }, 30_000);

  test('delay other devices after a new password: it forgets all but the one that set it', async () => {
    const { email } = await users.register();
    const [phone, laptop] = [(await trying(email, PASSWORD)).body, (await trying(email, PASSWORD)).body];
    const body = { currentPassword: PASSWORD, newPassword: 'another horse battery' };
    expect((await users.send('PUT', '/users/me/password', { as: laptop.accessToken, body })).status).toBe(200);
    const headers = from();
    await failUntil(email, 1, { headers });
    expect((await trying(email, body.newPassword, { headers, deviceToken: phone.deviceToken })).status).toBe(429);
    expect((await trying(email, body.newPassword, { headers, deviceToken: laptop.deviceToken })).status).toBe(200);
  }, 30_000);
});

describe('wrong passwords from one address', () => {
  test('make that address wait for every account when there were many; other addresses do not wait', async () => {
    const headers = from();
    const { email } = await users.register();
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => trying(newEmail(), WRONG, { headers })));
    }
    expect((await trying(email, PASSWORD, { headers })).status).toBe(429);
    expect((await trying(email, PASSWORD)).status).toBe(200);
  }, 30_000);
});

describe('registrations', () => {
  const registering = (at: RunningUsers, headers = from(), email = newEmail()) =>
    at.send('POST', '/users', { body: { email, password: PASSWORD, name: 'Ada' }, headers });

  test('from one address are limited per hour, over two processes together; other addresses are not affected', async () => {
    using folder = temporaryFolder();
    const options = { folder, rateLimit: 'on', trustedProxies: ['127.0.0.1'], registrationsPerHour: 3 } as const;
    const [one, two] = [await runUsers({ ...options, instance: 'one' }), await runUsers({ ...options, instance: 'two' })];
    const headers = from();
    const email = newEmail();
    expect((await registering(one, headers, email)).status).toBe(201);
    expect((await registering(two, headers, email)).status).toBe(409);
    expect((await registering(one, headers)).status).toBe(201);
    const reply = await registering(two, headers);
    expect(reply.status).toBe(429);
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(3500);
    expect(reply.body).toMatchObject({ detail: expect.stringContaining('At most 3 accounts an hour') });
    expect((await registering(two)).status).toBe(201);
    const told = two.logged.map((line) => JSON.parse(line)).find(({ security }) => security === 'registration.throttled');
    expect(told).toMatchObject({ address: headers['x-forwarded-for'] });
    await one.close();
    await two.close();
  }, 30_000);

  test('are not limited with RATE_LIMIT=off', async () => {
    const off = await runUsers({ rateLimit: 'off', registrationsPerHour: 1 });
    for (let count = 0; count < 3; count += 1) expect((await registering(off)).status).toBe(201);
    await off.close();
  }, 20_000);
});

describe('a flood of registrations from one address', () => {
  test('causes no 503 for sign-ins and registrations of others; its own surplus is refused with Retry-After', async () => {
    const flooded = await runUsers({ rateLimit: 'on', trustedProxies: ['127.0.0.1'], registrationsPerHour: 1000 });
    const register = (headers: Readonly<Record<string, string>>) =>
      flooded.send('POST', '/users', { body: { email: newEmail(), password: PASSWORD, name: 'Ada' }, headers });
    const owners = await Promise.all(Array.from({ length: 8 }, () => flooded.register()));
    const stranger = from();
    const flood = Array.from({ length: 60 }, () => register(stranger));
    const signIns = owners.map(({ email }) => trying(email, PASSWORD, { at: flooded }));
    const others = await Promise.all([...signIns, ...owners.map(() => register(from()))]);
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set([200, 201]));
    const refused = (await Promise.all(flood)).filter(({ status }) => status !== 201);
    expect(refused.length).toBeGreaterThan(20);
    for (const { status, headers } of refused) expect([status, headers.get('retry-after')]).toEqual([503, '2']);
    await flooded.close();
  }, 30_000);
});

describe('a refused sign-in', () => {
  test('is told to operators with the client address and a hash of the account, never with the e-mail address', async () => {
    const headers = from();
    const email = newEmail();
    await failUntil(email, 1, { headers });
    const lines = users.logged.filter((line) => line.includes(headers['x-forwarded-for'] ?? '')).map((line) => JSON.parse(line));
    for (const security of ['sign_in.failed', 'sign_in.throttled']) {
      expect(lines.find((line) => line.security === security)).toMatchObject({ level: 'warn', account: expect.stringMatching(/^[0-9a-f]{32}$/) });
    }
    expect(users.logged.join('')).not.toContain(email);
  }, 20_000);
});

describe('wrong passwords of a signed-in user', () => {
  test('have to wait, and keep nobody from signing in', async () => {
    const { user, tokens } = await users.signedIn();
    const change = () =>
      users.send('PUT', '/users/me/password', { as: tokens.accessToken, body: { currentPassword: WRONG, newPassword: 'another horse battery' } });
    for (let count = 0; count < 5; count += 1) expect((await change()).status).toBe(422);
    const { status, headers } = await change();
    expect([status, headers.get('retry-after')]).toEqual([429, '1']);
    const removal = await users.send('DELETE', '/users/me', { as: tokens.accessToken, body: { password: PASSWORD } });
    expect(removal.status).toBe(429);
    expect((await trying(user.email, PASSWORD)).status).toBe(200);
  }, 20_000);
});
