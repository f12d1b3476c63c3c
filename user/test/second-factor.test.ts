import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import type { RecoveryCodes, SecondFactorEnrolment, SecondFactorState, SessionTokens } from '@souk/contracts/http/session';
import { decodeJwt } from 'jose';
import { sealedSecrets } from '../src/second-factor/sealed-secrets.ts';
import { codeOf, enrolled, wrongCodeOf } from './authenticator.ts';
import { PASSWORD, type RunningUsers, runUsers } from './running-users.ts';

const FACTOR = '/users/me/second-factor';
/** Each password takes 25 ms of a core, and others use it too. */
setDefaultTimeout(30_000);
const mfaAt = ({ accessToken }: Pick<SessionTokens, 'accessToken'>) => Number(decodeJwt(accessToken)['mfa_at']);

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers();
});
afterAll(() => users.close());

const signIn = (email: string, shown: object = {}, { send } = users) =>
  send<SessionTokens>('POST', '/sessions', { body: { email, password: PASSWORD, ...shown } });
const state = async (as: string) => (await users.send<SecondFactorState>('GET', FACTOR, { as })).body;
const problemOf = ({ status, body }: { readonly status: number; readonly body: unknown }) => [status, (body as { type?: string }).type?.split(':').at(-1)];

describe('signing in to an account with a second factor', () => {
  test('needs a code beside the password, and the token says when it came', async () => {
    const { user, secret } = await enrolled(users);
    const alone = await signIn(user.email);
    expect(problemOf(alone)).toEqual([401, 'second-factor-required']);
    expect(JSON.stringify(alone.body)).not.toContain('accessToken');
    const { status, body } = await signIn(user.email, { oneTimeCode: await codeOf(secret) });
    expect(status).toBe(200);
    expect(Math.abs(mfaAt(body) - Date.now() / 1000)).toBeLessThan(5);
    const refreshed = await users.refresh(body.refreshToken);
    expect(mfaAt(refreshed.body)).toBe(mfaAt(body));
  });

  test('accepts a code once, and no earlier one', async () => {
    const { user, secret } = await enrolled(users);
    const oneTimeCode = await codeOf(secret, 1);
    expect((await signIn(user.email, { oneTimeCode })).status).toBe(200);
    for (const used of [oneTimeCode, await codeOf(secret)]) {
      expect(problemOf(await signIn(user.email, { oneTimeCode: used }))).toEqual([401, 'second-factor-wrong']);
    }
  });

  test('given one code many times at once, in two processes, accepts it once', async () => {
    using folder = temporaryFolder();
    const [one, two] = [await runUsers({ folder, instance: 'one' }), await runUsers({ folder, instance: 'two' })];
    const { user, secret, recoveryCodes } = await enrolled(one);
    for (const shown of [{ oneTimeCode: await codeOf(secret) }, { recoveryCode: recoveryCodes[0] }]) {
      const replies = await Promise.all([one, two, one, two].map((at) => signIn(user.email, shown, at)));
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(replies.filter(({ status }) => status === 401)).toHaveLength(3);
    }
    await one.close();
    await two.close();
  });

  test('takes a recovery code once, however it is written', async () => {
    const { user, tokens, recoveryCodes } = await enrolled(users);
    expect(new Set(recoveryCodes)).toHaveProperty('size', 10);
    expect(recoveryCodes[0]).toMatch(/^([a-z2-7]{4}-){3}[a-z2-7]{4}$/);
    const recoveryCode = ` ${recoveryCodes[3]?.toUpperCase().replaceAll('-', ' ')}`;
    const { status, body } = await signIn(user.email, { recoveryCode });
    expect([status, mfaAt(body) > 0]).toEqual([200, true]);
    expect(problemOf(await signIn(user.email, { recoveryCode }))).toEqual([401, 'second-factor-wrong']);
    expect(await state(tokens.accessToken)).toMatchObject({ active: true, recoveryCodesLeft: 9 });
  });

  test('422 for both at once, which spends neither, and for a malformed code', async () => {
    const { user, secret, recoveryCodes } = await enrolled(users);
    const oneTimeCode = await codeOf(secret);
    expect((await signIn(user.email, { oneTimeCode, recoveryCode: recoveryCodes[0] })).status).toBe(422);
    for (const none of ['12345', '1234567', 'abcdef', '１２３４５６', 123456]) expect((await signIn(user.email, { oneTimeCode: none })).status).toBe(422);
    expect((await signIn(user.email, { oneTimeCode })).status).toBe(200);
  });

  test('a wrong password has the same answer with a right code, a wrong code and none', async () => {
    const { user, secret } = await enrolled(users);
    const shown = [{}, { oneTimeCode: await codeOf(secret) }, { oneTimeCode: await wrongCodeOf(secret) }];
    for (const each of shown) expect(problemOf(await signIn(user.email, { password: 'wrong horse battery', ...each }))).toEqual([401, 'invalid-credentials']);
  });

  test('an account without one ignores a code', async () => {
    const { email } = await users.register();
    const { status, body } = await signIn(email, { oneTimeCode: '123456' });
    expect([status, decodeJwt(body.accessToken)['mfa_at']]).toEqual([200, undefined]);
  });
});

describe('wrong codes', () => {
  test('count as wrong passwords do, and the right password in between does not reset the count', async () => {
    const { user, secret } = await enrolled(users);
    const oneTimeCode = await wrongCodeOf(secret);
    for (const shown of [{ oneTimeCode }, {}, { oneTimeCode }, { recoveryCode: 'aaaa-bbbb-cccc-dddd' }, {}]) {
      expect((await signIn(user.email, shown)).status).toBe(401);
    }
    // The wait begins with a second, which a busy machine may need for the next try; it doubles with each.
    const replies = [];
    for (const shown of [{}, { oneTimeCode }, {}, { oneTimeCode }, {}]) replies.push(await signIn(user.email, shown));
    expect(replies.map(({ status }) => status)).toContain(429);
    const { status, headers } = await signIn(user.email, { oneTimeCode: await codeOf(secret) });
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }, 60_000);

  test('get no further when they come all at once', async () => {
    const { user, secret } = await enrolled(users);
    const oneTimeCode = await wrongCodeOf(secret);
    const replies = await Promise.all(Array.from({ length: 15 }, () => signIn(user.email, { oneTimeCode })));
    expect(replies.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(10);
  });

  test('of a signed-in user are counted apart, and the right password does not reset that count either', async () => {
    const { user, tokens: { accessToken: as }, secret } = await enrolled(users);
    const oneTimeCode = await wrongCodeOf(secret);
    const stepUp = (code: string) => users.send('POST', '/sessions/second-factor', { as, body: { oneTimeCode: code } });
    for (let count = 0; count < 4; count += 1) expect(problemOf(await stepUp(oneTimeCode))).toEqual([422, 'validation']);
    expect((await users.send('DELETE', FACTOR, { as, body: { password: PASSWORD, oneTimeCode } })).status).toBe(422);
    const right = await codeOf(secret);
    expect((await stepUp(right)).status).toBe(429);
    expect((await signIn(user.email, { oneTimeCode: right })).status).toBe(200);
  });
});

describe('enrolment', () => {
  const begin = (as: string, password = PASSWORD) => users.send<SecondFactorEnrolment>('POST', FACTOR, { as, body: { password } });
  const confirm = (as: string, oneTimeCode: string) => users.send<RecoveryCodes>('POST', `${FACTOR}/confirmation`, { as, body: { oneTimeCode } });

  test('gives a secret for the password, and changes nothing before its first code', async () => {
    const { user, tokens: { accessToken: as } } = await users.signedIn();
    expect((await begin(as, 'wrong horse battery')).status).toBe(422);
    const { status, headers, body } = await begin(as);
    expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(body.otpauthUrl).toStartWith('otpauth://totp/');
    expect(await state(as)).toEqual({ active: false, activeSince: null, recoveryCodesLeft: 0, pendingUntil: body.expiresAt });
    expect((await signIn(user.email)).status).toBe(200);
    expect((await confirm(as, await wrongCodeOf(body.secret))).status).toBe(422);
    expect((await confirm(as, await codeOf(body.secret))).status).toBe(200);
    expect(await state(as)).toMatchObject({ active: true, recoveryCodesLeft: 10, pendingUntil: null });
    expect(problemOf(await signIn(user.email))).toEqual([401, 'second-factor-required']);
    expect((await begin(as)).status).toBe(409);
  });

  test('given that it is begun again, the earlier secret is invalid', async () => {
    const { tokens: { accessToken: as } } = await users.signedIn();
    const [first, second] = [(await begin(as)).body.secret, (await begin(as)).body.secret];
    expect((await confirm(as, await codeOf(first))).status).toBe(422);
    expect((await confirm(as, await codeOf(second))).status).toBe(200);
  });

  test('given the first code twice at once, one answer has the recovery codes, and these are valid', async () => {
    const { user, tokens: { accessToken: as } } = await users.signedIn();
    const { secret } = (await begin(as)).body;
    const oneTimeCode = await codeOf(secret);
    const replies = await Promise.all([confirm(as, oneTimeCode), confirm(as, oneTimeCode)]);
    const done = replies.filter(({ status }) => status === 200);
    expect([done.length, replies.some(({ status }) => status === 409)]).toEqual([1, true]);
    expect((await signIn(user.email, { recoveryCode: done[0]?.body.recoveryCodes[9] })).status).toBe(200);
  });

  test('spends the first code, and counts as a code shown in the session', async () => {
    const { user, tokens } = await users.signedIn();
    const { secret } = (await begin(tokens.accessToken)).body;
    const oneTimeCode = await codeOf(secret);
    await confirm(tokens.accessToken, oneTimeCode);
    expect(problemOf(await signIn(user.email, { oneTimeCode }))).toEqual([401, 'second-factor-wrong']);
    expect(mfaAt((await users.refresh(tokens.refreshToken)).body)).toBeGreaterThan(0);
  });

  test('without one begun there is nothing to confirm, renew, show or remove', async () => {
    const { tokens: { accessToken: as } } = await users.signedIn();
    const body = { oneTimeCode: '123456' };
    expect((await confirm(as, '123456')).status).toBe(409);
    expect((await users.send('POST', `${FACTOR}/recovery-codes`, { as, body })).status).toBe(404);
    expect((await users.send('POST', '/sessions/second-factor', { as, body })).status).toBe(404);
    expect((await users.send('DELETE', FACTOR, { as, body: { ...body, password: PASSWORD } })).status).toBe(404);
  });
});

describe('within a session', () => {
  test('a code gives an access token that says so; the refresh token stays', async () => {
    const { user, secret, recoveryCodes } = await enrolled(users);
    const { body: tokens } = await signIn(user.email, { recoveryCode: recoveryCodes[0] });
    const stepUp = (shown: object) => users.send<SessionTokens>('POST', '/sessions/second-factor', { as: tokens.accessToken, body: shown });
    expect((await stepUp({})).status).toBe(422);
    const oneTimeCode = await codeOf(secret);
    const { status, headers, body } = await stepUp({ oneTimeCode });
    expect([status, headers.get('cache-control'), Object.keys(body).toSorted()]).toEqual([200, 'no-store', ['accessToken', 'expiresIn', 'tokenType']]);
    expect(mfaAt(body)).toBeGreaterThanOrEqual(mfaAt(tokens));
    expect((await stepUp({ oneTimeCode })).status).toBe(422);
    expect((await stepUp({ recoveryCode: recoveryCodes[0] })).status).toBe(422);
    expect((await stepUp({ recoveryCode: recoveryCodes[1] })).status).toBe(200);
    expect((await users.refresh(tokens.refreshToken)).status).toBe(200);
  });

  test('new recovery codes replace the earlier ones', async () => {
    const { user, tokens: { accessToken: as }, secret, recoveryCodes } = await enrolled(users);
    const { status, body } = await users.send<RecoveryCodes>('POST', `${FACTOR}/recovery-codes`, { as, body: { oneTimeCode: await codeOf(secret) } });
    expect([status, body.recoveryCodes.length]).toEqual([200, 10]);
    expect((await signIn(user.email, { recoveryCode: recoveryCodes[0] })).status).toBe(401);
    expect((await signIn(user.email, { recoveryCode: body.recoveryCodes[0] })).status).toBe(200);
  });

  test('removing it takes password and code; tokens that say a code was shown end, sessions go on', async () => {
    const { user, tokens, secret } = await enrolled(users);
    const { accessToken: as } = tokens;
    const remove = (body: object) => users.send('DELETE', FACTOR, { as, body });
    const oneTimeCode = await codeOf(secret);
    expect((await remove({ password: 'wrong horse battery', oneTimeCode })).status).toBe(422);
    expect((await remove({ password: PASSWORD })).status).toBe(422);
    expect((await remove({ password: PASSWORD, oneTimeCode })).status).toBe(204);
    expect((await users.send('GET', '/users/me', { as })).status).toBe(401);
    const { status, body } = await users.refresh(tokens.refreshToken);
    expect([status, decodeJwt(body.accessToken)['mfa_at']]).toEqual([200, undefined]);
    expect((await signIn(user.email)).status).toBe(200);
  });
});

describe('the use of second factors', () => {
  test('is told as security events, and no line, row or file holds a secret or a code', async () => {
    const own = await runUsers();
    const { user, tokens: { accessToken: as }, secret, recoveryCodes } = await enrolled(own);
    const [used = '', other = ''] = recoveryCodes;
    const wrong = await wrongCodeOf(secret);
    const code = await codeOf(secret);
    await signIn(user.email, { oneTimeCode: wrong }, own);
    await signIn(user.email, { recoveryCode: used }, own);
    await own.send('POST', '/sessions/second-factor', { as, body: { oneTimeCode: wrong } });
    await own.send('POST', '/sessions/second-factor', { as, body: { recoveryCode: other } });
    await own.send('DELETE', FACTOR, { as, body: { password: PASSWORD, oneTimeCode: code } });
    const events = own.logged.map((line) => JSON.parse(line) as { readonly security?: string; readonly left?: number; readonly account?: string });
    const told = events.filter(({ security }) => security?.startsWith('factor.') || security === 'recovery_code.used');
    expect(told.map(({ security, left }) => [security, left])).toEqual([
      ['factor.enrolled', undefined],
      ['factor.failed', undefined],
      ['recovery_code.used', 9],
      ['recovery_code.used', 8],
      ['factor.removed', undefined],
    ]);
    expect(new Set(told.map(({ account }) => account)).size).toBe(1);
    const files = (await readdir(own.folder.path)).filter((name) => name.startsWith('user.db'));
    const kept = await Promise.all(files.map((name) => readFile(join(own.folder.path, name), 'latin1')));
    const everywhere = [own.logged.join(''), JSON.stringify(own.log.sent), ...kept].join('\n');
    expect(everywhere).toContain('sealed');
    for (const hidden of [secret, ...recoveryCodes, ...recoveryCodes.map((each) => each.replaceAll('-', ''))]) expect(everywhere).not.toContain(hidden);
    await own.close();
  });
});

describe('SECOND_FACTOR_KEY', () => {
  const [one, two] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64url')];

  test('set, or changed with the old one behind it, opens what was sealed before; secrets are sealed anew with their next code', async () => {
    using folder = temporaryFolder();
    const kept = await runUsers({ folder });
    const { user, secret } = await enrolled(kept);
    await kept.close();
    const steps = [[one], [two, one]];
    for (const [index, secondFactorKeys] of steps.entries()) {
      const next = await runUsers({ folder, secondFactorKeys });
      expect((await signIn(user.email, { oneTimeCode: await codeOf(secret, index) }, next)).status).toBe(200);
      await next.close();
    }
    const last = await runUsers({ folder, secondFactorKeys: [two] });
    const { secondFactor } = (await last.store.reads.credentialOf(user.email)) ?? {};
    expect(await sealedSecrets(async () => [Buffer.from(two, 'base64')]).open(user.id, secondFactor?.sealed ?? '')).toBe(secret);
    await last.close();
  });

  test('lost: codes are 503, and recovery codes work', async () => {
    using folder = temporaryFolder();
    const before = await runUsers({ folder, secondFactorKeys: [one] });
    const { user, secret, recoveryCodes } = await enrolled(before);
    await before.close();
    const after = await runUsers({ folder, secondFactorKeys: [two] });
    const { status, headers } = await signIn(user.email, { oneTimeCode: await codeOf(secret) }, after);
    expect([status, headers.get('retry-after')]).toEqual([503, '60']);
    expect(after.logged.join('')).toContain('list the earlier key after the new one');
    expect((await signIn(user.email, { recoveryCode: recoveryCodes[0] }, after)).status).toBe(200);
    await after.close();
  });
});
