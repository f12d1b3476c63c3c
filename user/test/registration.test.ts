import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import { newEmail, PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers();
});
afterAll(() => users.close());

const asked = (changes: object = {}) => ({ email: newEmail(), password: PASSWORD, name: 'Ada Lovelace', ...changes });
const post = (body: unknown) => users.send('POST', '/users', { body });

describe('registering', () => {
  test('answers 201 with the profile, its location and its tag, not to be cached', async () => {
    const email = newEmail();
    const { status, headers, body } = await post(asked({ email: email.toUpperCase() }));
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/users/me');
    expect(headers.get('etag')).toBe('"1"');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ email, name: 'Ada Lovelace', roles: ['customer'], version: 1 });
    expect(body).not.toHaveProperty('password');
    expect(body).not.toHaveProperty('passwordHash');
  });

  test("is an event with the user's id, and neither address nor name", async () => {
    const { id } = await users.register();
    await until('the event', () => users.log.sent.some(({ key }) => key === id));
    const [message, ...more] = users.log.sent.filter(({ key }) => key === id);
    expect(more).toEqual([]);
    expect(message?.topic).toBe('user.registered');
    expect(Object.keys(JSON.parse(message?.value ?? '')).toSorted()).toEqual(['registeredAt', 'userId']);
  });

  test('accepts an international domain, answers it in ASCII, and recognises it in either form', async () => {
    const local = newEmail().split('@')[0];
    const { status, body } = await post(asked({ email: ` ${local}@Español.com ` }));
    expect([status, (body as { email: string }).email]).toEqual([201, `${local}@xn--espaol-zwa.com`]);
    for (const email of [`${local}@español.com`, `${local}@ESPAN\u0303OL.com`, `\t${local}@xn--espaol-zwa.com`]) {
      expect((await post(asked({ email }))).status).toBe(409);
      expect((await users.signIn(email)).accessToken).toBeString();
      const found = await users.send<{ items: object[] }>('GET', `/users?email=${encodeURIComponent(email)}`, { as: (await users.signInAdmin()).accessToken });
      expect(found.body.items).toEqual([body as object]);
    }
  });

  test.each(['a..b@x.org', '.a@x.org', 'a.@x.org', `${'x'.repeat(65)}@x.org`])('422 for %p, in words', async (email) => {
    const { status, body } = await post(asked({ email }));
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer: '/email', detail: expect.stringMatching(/^must be an e-mail address: /) }] });
  });

  test('requires as many characters of a password as the shop sets, and the API document says so', async () => {
    const strict = await runUsers({ passwordMin: 15 });
    const reply = (password: string) => strict.send('POST', '/users', { body: asked({ password }) });
    const short = await reply('fourteen chars');
    expect([short.status, short.body]).toMatchObject([422, { errors: [{ pointer: '/password', detail: expect.stringContaining('15') }] }]);
    expect((await reply('fifteen letters')).status).toBe(201);
    const { body } = await strict.send<{ paths: Record<string, Record<string, unknown>> }>('GET', '/openapi.json');
    expect(JSON.stringify(body.paths['/users']?.['post'])).toContain('"minLength":15');
    await strict.close();
  }, 20_000);

  test('409 for an address that is registered, in any case', async () => {
    const { email } = await users.register();
    const { status, body } = await post(asked({ email: email.toUpperCase() }));
    expect(status).toBe(409);
    expect(body).toMatchObject({ type: 'urn:souk:problem:email-taken', errors: [{ pointer: '/email' }] });
  });

  test('given one address from 10 sockets, exactly one gets it', async () => {
    const email = newEmail();
    const replies = await Promise.all(Array.from({ length: 10 }, () => users.overSocket.send('POST', '/users', { body: asked({ email }) })));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(9);
  });

  test.each([
    ['/email', { email: 'nobody' }],
    ['/email', { email: 'ada @example.com' }],
    ['/email', { email: undefined }],
    ['/password', { password: 'eleven char' }],
    ['/password', { password: 'x'.repeat(129) }],
    ['/password', { password: 'with a \0 in it somewhere' }],
    ['/password', { password: 123_456_789_012 }],
    ['/name', { name: '   ' }],
    ['/name', { name: 'x'.repeat(201) }],
    ['/roles', { roles: ['admin'] }],
  ])('422 names %s', async (pointer, changes) => {
    const { status, body } = await post(asked(changes));
    expect(status).toBe(422);
    expect(body).toMatchObject({ type: 'urn:souk:problem:validation', errors: [{ pointer }] });
  });

  test('422 for a common password, and for one that is the address', async () => {
    const common = await post(asked({ password: 'password1234' }));
    expect(common.status).toBe(422);
    expect(common.body).toMatchObject({ type: 'urn:souk:problem:password-common', errors: [{ pointer: '/password' }] });
    const personal = await post(asked({ email: 'ada.lovelace@example.com', password: 'Ada.Lovelace' }));
    expect(personal.status).toBe(422);
    expect(personal.body).toMatchObject({ errors: [{ pointer: '/password' }] });
  });

  test('422 for a card number as the name', async () => {
    const { status, body } = await post(asked({ name: 'Ada 4242 4242 4242 4242' }));
    expect(status).toBe(422);
    expect(body).toMatchObject({ type: 'urn:souk:problem:card-number-refused', errors: [{ pointer: '/name' }] });
  });

  test('accepts an address with the digits of a card number, for signing in and searching too', async () => {
    const email = 'ada-4242424242424242@example.com';
    await users.register(email);
    expect(await users.signIn(email)).toHaveProperty('accessToken');
    const { accessToken: as } = await users.signInAdmin();
    expect(await users.send('GET', `/users?email=${email}`, { as })).toMatchObject({ status: 200, body: { items: [{ email }] } });
  });

  test('400 for invalid JSON, without repeating it', async () => {
    const { status, body } = await post('{"password": "my secret');
    expect(status).toBe(400);
    expect(JSON.stringify(body)).not.toContain('my secret');
  });
});

test('given one address in two processes, exactly one gets it', async () => {
  using folder = temporaryFolder();
  const first = await runUsers({ folder, instance: 'one', admin: undefined });
  const second = await runUsers({ folder, instance: 'two', admin: undefined });
  try {
    for (let round = 0; round < 5; round += 1) {
      const body = asked();
      const replies = await Promise.all([first, second].map((each) => each.send('POST', '/users', { body })));
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201, 409]));
    }
  } finally {
    await first.close();
    await second.close();
  }
});
