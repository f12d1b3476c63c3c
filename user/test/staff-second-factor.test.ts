import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { SecondFactorState, SessionTokens } from '@souk/contracts/http/session';
import type { Role } from '@souk/contracts/access-token';
import { decodeJwt } from 'jose';
import { codeOf, enrol } from './authenticator.ts';
import { ADMIN, PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

/** Each password takes 25 ms of a core, and others use it too. */
setDefaultTimeout(30_000);

const rolesOf = ({ accessToken }: Pick<SessionTokens, 'accessToken'>) => decodeJwt(accessToken)['roles'];
const problemOf = ({ status, body }: { readonly status: number; readonly body: unknown }) => [status, (body as { type?: string }).type?.split(':').at(-1)];

/** The first admin with a second factor and a session that has shown a code, by a refresh. */
async function adminWithFactor(users: RunningUsers) {
  const first = await users.signInAdmin();
  const factor = await enrol(users, first.accessToken, ADMIN.password);
  const { body } = await users.refresh(first.refreshToken);
  return { ...factor, first, tokens: body };
}

const replaceRoles = (users: RunningUsers, as: string, id: string, roles: readonly Role[]) =>
  users.send('PUT', `/users/${id}/roles`, { as, body: { roles } });

describe('with STAFF_SECOND_FACTOR=on', () => {
  let users: RunningUsers;
  let admin: Awaited<ReturnType<typeof adminWithFactor>>;
  beforeAll(async () => {
    users = await runUsers({ staffSecondFactor: 'on' });
    admin = await adminWithFactor(users);
  });
  afterAll(() => users.close());

  const signInAdmin = (shown: object) => users.send<SessionTokens>('POST', '/sessions', { body: { ...ADMIN, ...shown } });

  test('the first admin has no staff roles before there is a factor, and is told so; the first code gives them to the session', () => {
    expect(admin.first).toMatchObject({ secondFactorRequired: true });
    expect(rolesOf(admin.first)).toEqual(['customer']);
    expect(admin.tokens).not.toHaveProperty('secondFactorRequired');
    expect(rolesOf(admin.tokens)).toEqual(['customer', 'staff', 'admin']);
  });

  test('what the roles allow is refused without them', async () => {
    expect(problemOf(await users.send('GET', '/users', { as: admin.first.accessToken }))).toEqual([403, 'forbidden']);
    expect((await users.send('GET', '/users', { as: admin.tokens.accessToken })).status).toBe(200);
  });

  test('signing in takes password and code, and gives the roles', async () => {
    expect((await signInAdmin({})).status).toBe(401);
    const { body } = await signInAdmin({ recoveryCode: admin.recoveryCodes[0] });
    expect(rolesOf(body)).toEqual(['customer', 'staff', 'admin']);
  });

  test('a session older than the factor gets the roles once it shows a code', async () => {
    const { user, tokens } = await users.signedIn();
    const other = await users.signIn(user.email);
    await replaceRoles(users, admin.tokens.accessToken, user.id, ['staff']);
    const { recoveryCodes } = await enrol(users, tokens.accessToken);
    const before = (await users.refresh(other.refreshToken)).body;
    expect([rolesOf(before), before.secondFactorRequired]).toEqual([['customer'], true]);
    const shown = { as: before.accessToken, body: { recoveryCode: recoveryCodes[0] } };
    const { body } = await users.send<SessionTokens>('POST', '/sessions/second-factor', shown);
    expect([rolesOf(body), body.secondFactorRequired]).toEqual([['customer', 'staff'], undefined]);
    expect(rolesOf((await users.refresh(before.refreshToken)).body)).toEqual(['customer', 'staff']);
  });

  test('removing the factor withdraws the roles; after another one is set up, other sessions have shown no code of it', async () => {
    const { user, tokens } = await users.signedIn();
    await replaceRoles(users, admin.tokens.accessToken, user.id, ['staff']);
    const { recoveryCodes } = await enrol(users, tokens.accessToken);
    const { body: other } = await users.send<SessionTokens>('POST', '/sessions', { body: { email: user.email, password: PASSWORD, recoveryCode: recoveryCodes[0] } });
    const removal = { as: tokens.accessToken, body: { password: PASSWORD, recoveryCode: recoveryCodes[1] } };
    expect((await users.send('DELETE', '/users/me/second-factor', removal)).status).toBe(204);
    expect((await users.send('GET', '/users/me', { as: other.accessToken })).status).toBe(401);
    const refreshed = (await users.refresh(tokens.refreshToken)).body;
    expect([rolesOf(refreshed), refreshed.secondFactorRequired]).toEqual([['customer'], true]);
    await enrol(users, refreshed.accessToken);
    expect(rolesOf((await users.refresh(other.refreshToken)).body)).toEqual(['customer']);
  });

  test('a code does not bring back a role that was taken away', async () => {
    const { user, tokens } = await users.signedIn();
    await replaceRoles(users, admin.tokens.accessToken, user.id, ['staff']);
    await enrol(users, tokens.accessToken);
    const staff = (await users.refresh(tokens.refreshToken)).body;
    expect(rolesOf(staff)).toEqual(['customer', 'staff']);
    await replaceRoles(users, admin.tokens.accessToken, user.id, []);
    expect((await users.send('GET', '/users/me', { as: staff.accessToken })).status).toBe(401);
    const after = (await users.refresh(staff.refreshToken)).body;
    expect([rolesOf(after), after.secondFactorRequired]).toEqual([['customer'], undefined]);
  });

  test('customers need none, and are told of none', async () => {
    const { tokens } = await users.signedIn();
    expect(tokens).not.toHaveProperty('secondFactorRequired');
  });
});

describe("an admin resets somebody's second factor", () => {
  let users: RunningUsers;
  beforeAll(async () => {
    users = await runUsers();
  });
  afterAll(() => users.close());

  test('all sessions end, and the password is enough again', async () => {
    const { user, tokens } = await users.signedIn();
    await enrol(users, tokens.accessToken);
    const { accessToken: as } = await users.signInAdmin();
    const reset = (by: string, id = user.id) => users.send('DELETE', `/users/${id}/second-factor`, { as: by });
    expect((await reset(tokens.accessToken)).status).toBe(403);
    expect((await reset(as, Bun.randomUUIDv7())).status).toBe(404);
    expect((await reset(as)).status).toBe(204);
    expect((await reset(as)).status).toBe(404);
    expect((await users.send('GET', '/users/me', { as: tokens.accessToken })).status).toBe(401);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(401);
    const again = await users.signIn(user.email);
    const { body } = await users.send<SecondFactorState>('GET', '/users/me/second-factor', { as: again.accessToken });
    expect(body.active).toBe(false);
  });
});

describe("an admin's own second factor", () => {
  test('is not removed by a token alone', async () => {
    const users = await runUsers();
    const { accessToken: as } = await users.signInAdmin();
    await enrol(users, as, ADMIN.password);
    const answer = await users.send('DELETE', `/users/${String(decodeJwt(as).sub)}/second-factor`, { as });
    const { body } = await users.send<SecondFactorState>('GET', '/users/me/second-factor', { as });
    await users.close();
    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:souk:problem:conflict' } });
    expect(body.active).toBe(true);
  });
});

describe('with FRESH_SECOND_FACTOR_S', () => {
  test('roles are changed, and factors reset, only in a session that has shown a code recently', async () => {
    const users = await runUsers({ freshSecondFactorS: 600 });
    const { first, secret } = await adminWithFactor(users);
    const { id } = await users.register();
    const [role, reset] = [(as: string) => replaceRoles(users, as, id, ['staff']), (as: string) => users.send('DELETE', `/users/${id}/second-factor`, { as })];
    // The token of before the code was shown.
    for (const ask of [role, reset]) expect(problemOf(await ask(first.accessToken))).toEqual([403, 'second-factor-stale']);
    expect((await role(first.accessToken)).body).toMatchObject({ detail: expect.stringContaining('POST /sessions/second-factor') });
    const shown = { as: first.accessToken, body: { oneTimeCode: await codeOf(secret) } };
    const { body } = await users.send<SessionTokens>('POST', '/sessions/second-factor', shown);
    expect((await role(body.accessToken)).status).toBe(200);
    expect((await reset(body.accessToken)).status).toBe(404);
    await users.close();
  });
});
