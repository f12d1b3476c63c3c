import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import { MailError } from '../src/mail/mail-port.ts';
import { attemptKey } from '../src/usecases/count-attempts.ts';
import { enrolled, wrongCodeOf } from './authenticator.ts';
import { AWAY, type RecordedMail, recordedMail, tokenIn, WELCOME } from './recorded-mail.ts';
import { newEmail, PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

const NEW_PASSWORD = 'a better horse and staple';

let mail: RecordedMail;
let users: RunningUsers;
beforeAll(async () => {
  mail = recordedMail({ leavingOut: WELCOME });
  users = await runUsers({ mail, rateLimit: 'on', trustedProxies: ['127.0.0.1'] });
});
afterAll(() => users.close());

let hosts = 0;
function from(): Readonly<Record<string, string>> {
  hosts += 1;
  return { 'x-forwarded-for': `10.1.${hosts >> 8}.${hosts & 255}` };
}

const ask = (email: string, headers = from()) => users.send('POST', '/password-resets', { body: { email }, headers });
const confirm = (token: string, newPassword = NEW_PASSWORD) =>
  users.send('POST', '/password-resets/confirmation', { body: { token, newPassword }, headers: from() });
const trySignIn = (email: string, password: string, headers = from()) => users.send('POST', '/sessions', { body: { email, password }, headers });

/** The failed tries of an account, as the database has them. */
async function attemptsFor(email: string): Promise<{ readonly failures: number } | undefined> {
  const database = new Database(join(users.folder.path, 'user.db'), { readonly: true });
  const row = database.prepare<{ failures: number }, [string]>("select document ->> '$.failures' as failures from sign_in_attempts where id = ?").get(attemptKey.account(email));
  database.close();
  return row ?? undefined;
}

async function asked(email: string, count = 1): Promise<string> {
  expect((await ask(email)).status).toBe(202);
  return tokenIn(await mail.mailTo(email, count));
}

describe('a password reset', () => {
  test('sets a new password by the link in a mail, once, and ends all sessions', async () => {
    const { user, tokens } = await users.signedIn();
    const token = await asked(user.email);
    expect(await confirm(token)).toMatchObject({ status: 204, body: null });
    expect((await users.send('GET', '/users/me', { as: tokens.accessToken })).status).toBe(401);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(401);
    expect((await trySignIn(user.email, PASSWORD)).status).toBe(401);
    expect((await trySignIn(user.email, NEW_PASSWORD)).status).toBe(200);
    expect(await confirm(token)).toMatchObject({ status: 410, body: { type: 'urn:souk:problem:link-invalid' } });
  });

  test('keeps the second factor, and does not reset the count of its wrong codes', async () => {
    const { user, secret } = await enrolled(users);
    const oneTimeCode = await wrongCodeOf(secret);
    const shown = (password: string) => users.send('POST', '/sessions', { body: { email: user.email, password, oneTimeCode }, headers: from() });
    for (let count = 0; count < 4; count += 1) expect((await shown(PASSWORD)).status).toBe(401);
    expect((await confirm(await asked(user.email))).status).toBe(204);
    expect(await trySignIn(user.email, NEW_PASSWORD)).toMatchObject({ status: 401, body: { type: 'urn:souk:problem:second-factor-required' } });
    const { failures } = (await attemptsFor(user.email)) ?? {};
    expect(failures).toBe(5);
  }, 30_000);

  test('tells by mail that the password was changed', async () => {
    const { email } = await users.register();
    await confirm(await asked(email));
    expect(await mail.mailTo(email, 2)).toMatchObject({ subject: 'Souk: your password was changed' });
  });

  test('answers alike for an address that nobody has, and sends nothing there', async () => {
    const [known, nobody] = [(await users.register()).email, newEmail()];
    const [one, other] = [await ask(known), await ask(nobody)];
    expect([other.status, other.body]).toEqual([one.status, one.body]);
    await mail.mailTo(known);
    await until('none waits', async () => (await users.store.reads.waitingMails()) === 0);
    expect(mail.to(nobody)).toEqual([]);
  });

  test('finds the account however the address is written', async () => {
    const { email } = await users.register();
    await ask(` ${email.toUpperCase()} `);
    await mail.mailTo(email);
  });

  test('sends three mails an hour at most, wherever they are asked for, with the same answer', async () => {
    const { email } = await users.register();
    for (let count = 1; count <= 3; count += 1) await asked(email, count);
    for (let count = 0; count < 3; count += 1) expect((await ask(email)).status).toBe(202);
    await until('none waits', async () => (await users.store.reads.waitingMails()) === 0);
    expect(mail.to(email)).toHaveLength(3);
  });

  test('can be asked for thirty times an hour from one client address', async () => {
    const headers = from();
    const replies = [];
    for (let count = 0; count < 31; count += 1) replies.push(await ask(newEmail(), headers));
    expect(replies.slice(0, 30).map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 202));
    expect(replies[30]).toMatchObject({ status: 429, body: { type: 'urn:souk:problem:too-many-requests' } });
    expect(Number(replies[30]?.headers.get('retry-after'))).toBeGreaterThan(3000);
  });

  test('each of the last three links is valid until one is used', async () => {
    const { email } = await users.register();
    const first = await asked(email);
    const second = await asked(email, 2);
    expect((await confirm(first)).status).toBe(204);
    expect((await confirm(second)).status).toBe(410);
  });

  test('judges the password as a registration does, and a refused password spends no link', async () => {
    const { email } = await users.register();
    const token = await asked(email);
    expect((await confirm(token, 'short')).status).toBe(422);
    expect(await confirm(token, 'passwordpassword')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/newPassword' }] } });
    expect((await confirm(token)).status).toBe(204);
  });

  test('refuses a made-up secret with one sentence, whether there is such a user or not', async () => {
    const { id } = await users.register();
    const secret = 'x'.repeat(43);
    const bodies = [];
    for (const token of ['x', `${id}.${secret}`, `${Bun.randomUUIDv7()}.${secret}`]) {
      const { status, body } = await confirm(token);
      expect(status).toBe(410);
      bodies.push((body as { detail: string }).detail);
    }
    expect(new Set(bodies).size).toBe(1);
  });

  test('clears the wait that wrong passwords have caused', async () => {
    const { email } = await users.register();
    const there = from();
    for (let count = 0; count < 6; count += 1) await trySignIn(email, 'a wrong horse and staple', there);
    expect((await trySignIn(email, PASSWORD, there)).status).toBe(429);
    await confirm(await asked(email));
    expect((await trySignIn(email, NEW_PASSWORD, there)).status).toBe(200);
  });

  test('leaves no secret in the store', async () => {
    const { id, email } = await users.register();
    const secret = (await asked(email)).split('.')[1] ?? '';
    const { links } = (await users.store.reads.accountLinks(id)) ?? { links: [] };
    expect(links.map(({ purpose }) => purpose)).toEqual(['confirm-email', 'reset-password']);
    expect(JSON.stringify(links)).not.toContain(secret);
    expect(users.logged.join('')).not.toContain(secret);
    expect(users.logged.join('')).not.toContain(email);
  });
});

test('a password that its owner has changed is reported by mail too, and ends the links that were sent', async () => {
  const { user, tokens } = await users.signedIn();
  const token = await asked(user.email);
  const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
  expect((await users.send('PUT', '/users/me/password', { as: tokens.accessToken, body })).status).toBe(200);
  expect(await mail.mailTo(user.email, 2)).toMatchObject({ subject: 'Souk: your password was changed' });
  expect((await confirm(token)).status).toBe(410);
});

test('asking for a reset and resetting are security events that name nobody', async () => {
  const { id, email } = await users.register();
  await confirm(await asked(email));
  const lines = await until('both lines', () => {
    const told = users.logged.filter((line) => /"security":"password\.reset(?:_asked)?"/.test(line)).slice(-2);
    return told.some((line) => line.includes('"password.reset"')) ? told : undefined;
  });
  expect(lines.join()).not.toContain(email);
  expect(lines.join()).not.toContain(id);
});

describe('a mail that is not accepted', () => {
  test('is sent again with another secret, and the link of the accepted mail is valid', async () => {
    const { email } = await users.register();
    mail.refusing = AWAY;
    await ask(email);
    await until('it was tried', () => mail.tried.some(({ to }) => to === email));
    mail.refusing = undefined;
    const token = tokenIn(await until('it was taken', () => mail.to(email)[0], 20_000));
    const [first] = mail.tried.filter(({ to }) => to === email);
    expect(first && tokenIn(first)).not.toBe(token);
    expect((await confirm(token)).status).toBe(204);
    // Everybody can make that hash of an address.
    expect(users.logged.join('')).toContain('"kind":"reset-password"');
    expect(users.logged.join('')).not.toContain(attemptKey.reset(email));
  }, 30_000);

  test('is given up when it is refused for good', async () => {
    const { email } = await users.register();
    mail.refusing = new MailError('EENVELOPE 550', true);
    await ask(email);
    await until('none waits', async () => mail.tried.some(({ to }) => to === email) && (await users.store.reads.waitingMails()) === 0);
    mail.refusing = undefined;
    const metrics = await (await fetch(`${users.url}/metrics`)).text();
    expect(metrics).toMatch(/souk_mail_tries_total\{result="given_up",service="user"\} 1/);
    expect(metrics).toMatch(/souk_mails_waiting\{service="user"\} 0/);
  });

  test('is sent by the next process when this one has ended first', async () => {
    using folder = temporaryFolder();
    const away = recordedMail({ leavingOut: WELCOME });
    away.refusing = AWAY;
    const one = await runUsers({ folder, mail: away });
    const { email } = await one.register();
    await one.send('POST', '/password-resets', { body: { email } });
    await until('it was tried', () => away.tried.length > 0);
    await one.close();
    const there = recordedMail({ leavingOut: WELCOME });
    const two = await runUsers({ folder, mail: there });
    const token = tokenIn(await until('it was taken', () => there.to(email)[0], 20_000));
    const { status } = await two.send('POST', '/password-resets/confirmation', { body: { token, newPassword: NEW_PASSWORD } });
    await two.close();
    expect(status).toBe(204);
  }, 40_000);

  test('is removed with the account', async () => {
    const { user, tokens } = await users.signedIn();
    mail.refusing = AWAY;
    await ask(user.email);
    await until('it was tried', () => mail.tried.some(({ to }) => to === user.email));
    await users.send('DELETE', '/users/me', { as: tokens.accessToken, body: { password: PASSWORD } });
    mail.refusing = undefined;
    await until('none waits', async () => (await users.store.reads.waitingMails()) === 0);
    expect(await users.store.reads.accountLinks(user.id)).toBeUndefined();
    expect(mail.to(user.email)).toEqual([]);
  }, 30_000);
});

test('without a mail server a reset is 503 `mail-not-configured`', async () => {
  const alone = await runUsers();
  const { status, headers, body } = await alone.send('POST', '/password-resets', { body: { email: newEmail() } });
  await alone.close();
  expect([status, headers.get('retry-after')]).toEqual([503, '3600']);
  expect(body).toMatchObject({ type: 'urn:souk:problem:mail-not-configured' });
});
