import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { User } from '@souk/contracts/http/user';
import { type RecordedMail, recordedMail, tokenIn } from './recorded-mail.ts';
import { newEmail, PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

const NEW_PASSWORD = 'a better horse and staple';

let mail: RecordedMail;
let users: RunningUsers;
beforeAll(async () => {
  mail = recordedMail();
  users = await runUsers({ mail });
});
afterAll(() => users.close());

const profile = async (as: string) => (await users.send<User>('GET', '/users/me', { as })).body;
const confirm = (token: string) => users.send('POST', '/email-confirmations', { body: { token } });
const askChange = (as: string, email: string, password = PASSWORD) => users.send('POST', '/users/me/email-changes', { as, body: { email, password } });
const noneWaits = () => until('no mail waits', async () => (await users.store.reads.waitingMails()) === 0);

describe('the address of a new account', () => {
  test('is confirmed by the link in a mail, and nothing is withheld until then', async () => {
    const { user, tokens } = await users.signedIn();
    expect(user).toMatchObject({ emailConfirmed: false, status: 'active', version: 1 });
    const token = tokenIn(await mail.mailTo(user.email));
    expect((await confirm(token)).status).toBe(204);
    expect(await profile(tokens.accessToken)).toMatchObject({ emailConfirmed: true, version: 2 });
    expect(await confirm(token)).toMatchObject({ status: 410, body: { type: 'urn:souk:problem:link-invalid' } });
  });

  test('gets another confirmation mail on request, five an hour, and none once it is confirmed', async () => {
    const { user, tokens } = await users.signedIn();
    const again = () => users.send('POST', '/users/me/email-confirmations', { as: tokens.accessToken });
    for (let count = 2; count <= 6; count += 1) {
      expect((await again()).status).toBe(202);
      await mail.mailTo(user.email, count);
    }
    expect(await again()).toMatchObject({ status: 429, body: { type: 'urn:souk:problem:too-many-requests' } });
    await confirm(tokenIn(await mail.mailTo(user.email, 6)));
    expect((await again()).status).toBe(202);
    await noneWaits();
    expect(mail.to(user.email)).toHaveLength(6);
  });
});

describe('another address', () => {
  test('takes the place of the old one when its link is used, and the old one is told before and after', async () => {
    const { user, tokens } = await users.signedIn();
    const email = newEmail();
    expect((await askChange(tokens.accessToken, ` ${email.toUpperCase()}`)).status).toBe(202);
    expect(await mail.mailTo(user.email, 2)).toMatchObject({ subject: 'Souk: another e-mail address was asked for' });
    expect((await profile(tokens.accessToken)).email).toBe(user.email);
    expect((await confirm(tokenIn(await mail.mailTo(email)))).status).toBe(204);
    expect(await profile(tokens.accessToken)).toMatchObject({ email, emailConfirmed: true });
    expect(await mail.mailTo(user.email, 3)).toMatchObject({ subject: 'Souk: your e-mail address was changed' });
    expect((await users.send('POST', '/sessions', { body: { email: user.email, password: PASSWORD } })).status).toBe(401);
    expect((await users.signIn(email)).accessToken).toBeString();
    expect((await users.register(user.email)).id).not.toBe(user.id);
  });

  test('is an event that names nobody', async () => {
    const { user, tokens } = await users.signedIn();
    const email = newEmail();
    await askChange(tokens.accessToken, email);
    await confirm(tokenIn(await mail.mailTo(email)));
    const sent = await until('the news', () => {
      const news = users.log.events().filter(({ type, data }) => type === 'user.updated' && (data as { userId: string }).userId === user.id);
      return news.length > 0 ? JSON.stringify(news) : undefined;
    });
    for (const address of [email, user.email]) expect(sent).not.toContain(address);
    const history = JSON.stringify(await users.store.writing.readStream(user.id));
    for (const address of [email, user.email]) expect(history).not.toContain(address);
    expect(users.logged.join('')).not.toContain(email);
    expect(users.logged.some((line) => line.includes('"security":"email.changed"'))).toBe(true);
  });

  test('needs the password', async () => {
    const { tokens } = await users.signedIn();
    const email = newEmail();
    expect(await askChange(tokens.accessToken, email, 'a wrong horse and staple')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/password' }] } });
    await noneWaits();
    expect(mail.to(email)).toEqual([]);
  });

  test('that another account has gets the same answer, and no link', async () => {
    const { tokens } = await users.signedIn();
    const other = await users.register();
    await mail.mailTo(other.email);
    const [free, taken] = [await askChange(tokens.accessToken, newEmail()), await askChange(tokens.accessToken, other.email)];
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    await noneWaits();
    expect(mail.to(other.email)).toHaveLength(1);
  });

  test('that another account got meanwhile is refused like a spent link', async () => {
    const { user, tokens } = await users.signedIn();
    const email = newEmail();
    await askChange(tokens.accessToken, email);
    const token = tokenIn(await mail.mailTo(email));
    await users.register(email);
    expect(await confirm(token)).toMatchObject({ status: 410, body: { type: 'urn:souk:problem:link-invalid' } });
    expect((await profile(tokens.accessToken)).email).toBe(user.email);
  });

  test('given two accounts that take the same one at once, one gets it', async () => {
    const email = newEmail();
    const two = [await users.signedIn(), await users.signedIn()];
    const links: string[] = [];
    for (const { tokens } of two) {
      await askChange(tokens.accessToken, email);
      links.push(tokenIn(await mail.mailTo(email, links.length + 1)));
    }
    const statuses = (await Promise.all(links.map(confirm))).map(({ status }) => status);
    expect(statuses.toSorted((one, other) => one - other)).toEqual([204, 410]);
  });

  test('given two accounts that swap theirs, both succeed', async () => {
    const [ada, bob] = [await users.signedIn(), await users.signedIn()];
    const between = newEmail();
    await askChange(ada.tokens.accessToken, between);
    await confirm(tokenIn(await mail.mailTo(between)));
    await askChange(bob.tokens.accessToken, ada.user.email);
    await until('its link', () => mail.to(ada.user.email).some(({ subject }) => subject === 'Souk: your new e-mail address'));
    const link = mail.to(ada.user.email).findLast(({ subject }) => subject === 'Souk: your new e-mail address');
    expect((await confirm(link ? tokenIn(link) : '')).status).toBe(204);
    expect((await profile(bob.tokens.accessToken)).email).toBe(ada.user.email);
  });

  test('is refused once the password was changed', async () => {
    const { user, tokens } = await users.signedIn();
    const email = newEmail();
    await askChange(tokens.accessToken, email);
    const token = tokenIn(await mail.mailTo(email));
    const body = { currentPassword: PASSWORD, newPassword: 'a better horse and staple' };
    await users.send('PUT', '/users/me/password', { as: tokens.accessToken, body });
    expect((await confirm(token)).status).toBe(410);
    expect((await profile(tokens.accessToken)).email).toBe(user.email);
  });

  test('makes reset links to the old one invalid', async () => {
    const { user, tokens } = await users.signedIn();
    await users.send('POST', '/password-resets', { body: { email: user.email } });
    const reset = tokenIn(await mail.mailTo(user.email, 2));
    const email = newEmail();
    await askChange(tokens.accessToken, email);
    await confirm(tokenIn(await mail.mailTo(email)));
    const body = { token: reset, newPassword: 'a better horse and staple' };
    expect((await users.send('POST', '/password-resets/confirmation', { body })).status).toBe(410);
  });

  test.each<[string, (as: string, address: string) => Promise<{ readonly status: number }>]>([
    ['a changed', (as) => users.send('PUT', '/users/me/password', { as, body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD } })],
    ['a reset', async (_, address) => {
      const { status } = await users.send('POST', '/password-resets', { body: { email: address } });
      expect(status).toBe(202);
      const token = tokenIn(await mail.mailTo(address, 3));
      return users.send('POST', '/password-resets/confirmation', { body: { token, newPassword: NEW_PASSWORD } });
    }],
  ])('is sent no link after %s password, however long its server delays the mail', async (_, replace) => {
    const { user, tokens } = await users.signedIn();
    await mail.mailTo(user.email);
    const email = newEmail();
    mail.puttingOff = email;
    await askChange(tokens.accessToken, email);
    await until('it was tried', () => mail.tried.some(({ to }) => to === email));
    expect((await replace(tokens.accessToken, user.email)).status).toBeLessThan(300);
    mail.puttingOff = undefined;
    await noneWaits();
    expect(mail.to(email)).toEqual([]);
  }, 30_000);

  test('is deleted with the account: of deleted users no address is kept', async () => {
    const { user, tokens } = await users.signedIn();
    const email = newEmail();
    await askChange(tokens.accessToken, email);
    const token = tokenIn(await mail.mailTo(email));
    await users.send('DELETE', '/users/me', { as: tokens.accessToken, body: { password: PASSWORD } });
    expect(await users.store.reads.accountLinks(user.id)).toBeUndefined();
    expect((await confirm(token)).status).toBe(410);
  });
});

test('without a mail server an account can be registered, and requests that need mail are 503', async () => {
  const alone = await runUsers();
  const { tokens } = await alone.signedIn();
  const again = await alone.send('POST', '/users/me/email-confirmations', { as: tokens.accessToken });
  const change = await alone.send('POST', '/users/me/email-changes', { as: tokens.accessToken, body: { email: newEmail(), password: PASSWORD } });
  const waiting = await alone.store.reads.waitingMails();
  await alone.close();
  for (const { body } of [again, change]) expect(body).toMatchObject({ status: 503, type: 'urn:souk:problem:mail-not-configured' });
  expect(waiting).toBe(0);
});
