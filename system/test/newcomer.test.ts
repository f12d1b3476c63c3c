import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import type { OpenedSession, RecoveryCodes, SecondFactorEnrolment } from '@souk/contracts/http/session';
import type { User } from '@souk/contracts/http/user';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import type { Answer } from '../src/shop/ask.ts';
import { codeOf } from './support/authenticator.ts';
import { findings, keptRows } from './support/kept-rows.ts';
import { type MailServer, mailServer, tokenIn } from './support/mail-server.ts';
import { messagesOf } from './support/messages-of.ts';
import { FOR_EVERYBODY, OPEN_SERVICES } from './support/known-routes.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import { type OpenShop, PASSWORD } from './support/open-shop.ts';
import { answered, send } from './support/requests.ts';

const NEW_PASSWORD = 'a better horse and staple';
const NAME = 'Ottilie Farnhagen';

onEveryEngine('a newcomer', (openShop) => {
  let mails: MailServer;
  let shop: OpenShop;
  beforeAll(async () => {
    mails = await mailServer();
    shop = await openShop(mails.env);
  }, 120_000);
  afterAll(async () => {
    await shop[Symbol.asyncDispose]();
    await mails[Symbol.asyncDispose]();
  });

  const post = (path: string, body: object, token?: string) => send(shop, ['POST', 'user', path, body], token);
  const problemOf = ({ status, text }: Answer) => [status, (JSON.parse(text) as { type: string }).type.split(':').at(-1)];

  async function signIn(email: string, password: string, proof: object = {}): Promise<OpenedSession> {
    return answered(shop, ['POST', 'user', '/sessions', { email, password, ...proof }]);
  }

  async function isAnswered(token: string, expected: number): Promise<void> {
    const asked = async () => Promise.all(OPEN_SERVICES.map(async (service) => (await send(shop, ['GET', service, FOR_EVERYBODY[service] ?? ''], token)).status));
    await until(`${expected} from all five`, async () => (await asked()).every((status) => status === expected), 10_000);
  }

  /** Places where one of these stands, in the tables, collections and topics of all five. */
  async function found(markers: readonly string[]): Promise<readonly string[]> {
    const topics = Map.groupBy(await messagesOf(shop.records, TOPIC_NAMES), ({ topic }) => topic);
    return findings([...(await shop.kept()), ...[...topics].map(([topic, messages]) => keptRows(`log ${topic}`, messages))], markers);
  }

  test('registers, forgets the password, sets up a second factor, moves to another address and leaves; secrets are kept nowhere, and in the end nothing is', async () => {
    const [email, other] = [`ottilie.${randomUUID()}@souk.example`, `farnhagen.${randomUUID()}@souk.example`];
    const { id } = await shop.client.register(email, PASSWORD, NAME);
    const confirmation = tokenIn(await mails.mailTo(email));
    expect((await post('/email-confirmations', { token: confirmation })).status).toBe(204);
    const before = await signIn(email, PASSWORD);
    expect(await answered<User>(shop, ['GET', 'user', '/users/me'], before.accessToken)).toMatchObject({ id, emailConfirmed: true });
    await isAnswered(before.accessToken, 200);

    expect((await post('/password-resets', { email })).status).toBe(202);
    const reset = tokenIn(await mails.mailTo(email, 2));
    expect((await post('/password-resets/confirmation', { token: reset, newPassword: NEW_PASSWORD })).status).toBe(204);
    await isAnswered(before.accessToken, 401);
    expect(problemOf(await post('/sessions', { email, password: PASSWORD }))).toEqual([401, 'invalid-credentials']);

    const { accessToken: own } = await signIn(email, NEW_PASSWORD);
    const { secret } = await answered<SecondFactorEnrolment>(shop, ['POST', 'user', '/users/me/second-factor', { password: NEW_PASSWORD }], own);
    const first = { oneTimeCode: await codeOf(secret, -1) };
    const { recoveryCodes } = await answered<RecoveryCodes>(shop, ['POST', 'user', '/users/me/second-factor/confirmation', first], own);
    const [one = '', another = ''] = recoveryCodes;
    expect(problemOf(await post('/sessions', { email, password: NEW_PASSWORD }))).toEqual([401, 'second-factor-required']);
    expect(problemOf(await post('/sessions', { email, password: NEW_PASSWORD, ...first }))).toEqual([401, 'second-factor-wrong']);
    const withCode = await signIn(email, NEW_PASSWORD, { oneTimeCode: await codeOf(secret, 0) });
    const withRecovery = await signIn(email, NEW_PASSWORD, { recoveryCode: one });
    expect(problemOf(await post('/sessions', { email, password: NEW_PASSWORD, recoveryCode: one }))).toEqual([401, 'second-factor-wrong']);
    await isAnswered(withRecovery.accessToken, 200);

    expect((await post('/users/me/email-changes', { email: other, password: NEW_PASSWORD }, withCode.accessToken)).status).toBe(202);
    const change = tokenIn(await mails.mailTo(other));
    expect((await post('/email-confirmations', { token: change })).status).toBe(204);
    expect(problemOf(await post('/sessions', { email, password: NEW_PASSWORD, recoveryCode: another }))).toEqual([401, 'invalid-credentials']);
    const last = await signIn(other, NEW_PASSWORD, { recoveryCode: another });

    const sessions = [before, withCode, withRecovery, last].flatMap(({ accessToken, refreshToken, deviceToken }) => [accessToken, refreshToken, deviceToken]);
    const links = [confirmation, reset, change].map((token) => token.split('.')[1] ?? token);
    const secrets = [PASSWORD, NEW_PASSWORD, secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', '')), ...links, ...sessions];
    // A search that finds nothing proves something only if it would have found what was there.
    expect(await found([other, ...secrets])).toContain(`user.users: ${other}`);
    expect(await found(secrets)).toEqual([]);

    expect((await send(shop, ['DELETE', 'user', '/users/me', { password: NEW_PASSWORD }], last.accessToken)).status).toBe(204);
    await isAnswered(last.accessToken, 401);
    await until('nobody is named any more', async () => (await found([email, other, NAME])).length === 0, 20_000);
    expect(problemOf(await post('/sessions', { email: other, password: NEW_PASSWORD }))).toEqual([401, 'invalid-credentials']);
  }, 120_000);
});
