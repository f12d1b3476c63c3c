import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import type { SessionTokens } from '@souk/contracts/http/session';
import type { Role } from '@souk/contracts/access-token';
import { FOR_EVERYBODY, OPEN_SERVICES } from './support/known-routes.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import { type OpenShop, PASSWORD } from './support/open-shop.ts';
import { orderOf, orderWhen, stockUp } from './support/ordering.ts';
import { answered, expectProblem, type Request, send } from './support/requests.ts';

/** Far less than a token lives. */
const LIMIT_MS = 30_000;

/** A second is what is promised; the rest is for a machine that does more than this. */
const SOON_MS = 3000;

const NEW_PRODUCT = () => ({ title: 'Lamp', variants: [{ sku: `SKU-${randomUUID().slice(0, 8)}`, price: { amount: 1, currency: 'EUR' } }] });
const NEW_WAREHOUSE = () => ({ name: `Shed ${randomUUID()}`, priority: 1 });

interface Person {
  readonly id: string;
  readonly email: string;
}

onEveryEngine('an access token whose access has ended', (openShop) => {
  let shop: OpenShop;
  beforeAll(async () => {
    shop = await openShop();
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  async function somebody(...roles: Role[]): Promise<Person> {
    const email = `${randomUUID()}@souk.example`;
    const { id } = await shop.client.register(email, PASSWORD, 'Grace Hopper');
    if (roles.length > 0) await putRoles(id, roles);
    return { id, email };
  }

  const putRoles = (id: string, roles: readonly Role[]) => answered(shop, ['PUT', 'user', `/users/${id}/roles`, { roles }], shop.staff);
  const signedIn = ({ email }: Person, password = PASSWORD) => shop.client.signIn(email, password);
  const refreshed = ({ refreshToken }: SessionTokens) => send(shop, ['POST', 'user', '/sessions/refresh', { refreshToken }]);
  const done = async (request: Request, token: string) => expect((await send(shop, request, token)).status).toBeLessThan(300);

  async function statuses({ accessToken }: SessionTokens): Promise<readonly number[]> {
    const answers = OPEN_SERVICES.map((service) => send(shop, ['GET', service, FOR_EVERYBODY[service] ?? ''], accessToken));
    return (await Promise.all(answers)).map(({ status }) => status);
  }

  const allAre = (status: number) => OPEN_SERVICES.map(() => status);
  const refusedEverywhere = (tokens: SessionTokens) =>
    until('refused by all five', async () => (await statuses(tokens)).every((status) => status === 401), LIMIT_MS);

  /** Sends the request, each time with a key of its own, until it is refused. Those before that may have been carried out. */
  const refusedSoon = (request: Request, token: string) =>
    until(`${request[0]} ${request[2]} is refused`, async () => (await send(shop, request, token)).status === 401, SOON_MS);

  async function writes({ accessToken }: SessionTokens): Promise<readonly number[]> {
    const product = await send(shop, ['POST', 'product', '/products', NEW_PRODUCT()], accessToken);
    const warehouse = await send(shop, ['POST', 'inventory', '/warehouses', NEW_WAREHOUSE()], accessToken);
    return [product.status, warehouse.status];
  }

  test('given a staff member loses the role, is refused in all five, and the next token has the remaining rights', async () => {
    const grace = await somebody('staff');
    const tokens = await signedIn(grace);
    expect(await writes(tokens)).toEqual([201, 201]);
    await putRoles(grace.id, []);
    await refusedEverywhere(tokens);
    expect(await writes(tokens)).toEqual([401, 401]);
    const next: SessionTokens = JSON.parse((await refreshed(tokens)).text);
    expect(await statuses(next)).toEqual(allAre(200));
    expect(await writes(next)).toEqual([403, 403]);
  }, 60_000);

  test('given an admin loses the role, refunds nothing, sets no price and rotates no key within a second', async () => {
    const sku = `SKU-${randomUUID().slice(0, 8)}`;
    const productId = (await stockUp(shop.client, shop.staff, { [sku]: [1] })).get(sku)?.id ?? '';
    const customer = await shop.customer();
    const { id: method } = await shop.client.addPaymentMethod(customer, 'tok_ok');
    const { id: orderId } = await shop.client.placeOrder(customer, orderOf(method, [sku, 1]), randomUUID());
    await orderWhen(shop.client, customer, orderId, ({ status }) => status === 'completed');
    const payment = (await shop.client.payments(customer, orderId)).items[0]?.id ?? '';
    const grace = await somebody('staff', 'admin');
    const { accessToken } = await signedIn(grace);
    await putRoles(grace.id, []);
    expectProblem(await send(shop, ['POST', 'user', '/signing-keys'], accessToken), 401);
    expectProblem(await send(shop, ['PUT', 'user', `/users/${grace.id}/roles`, { roles: ['admin'] }], accessToken), 401);
    const amount = { amount: 1, currency: 'EUR' };
    await refusedSoon(['POST', 'payment', `/payments/${payment}/refunds`, { amount, reason: 'please' }], accessToken);
    await refusedSoon(['PUT', 'product', `/products/${productId}/variants/${sku}`, { price: amount }], accessToken);
  }, 60_000);

  test.each<[string, (own: SessionTokens) => Request]>([
    ['signs out', () => ['DELETE', 'user', '/sessions']],
    ['changes the password', () => ['PUT', 'user', '/users/me/password', { currentPassword: PASSWORD, newPassword: 'another password for tests' }]],
  ])('given somebody %s, orders nothing with the stored card within a second', async (_, ending) => {
    const sku = `SKU-${randomUUID().slice(0, 8)}`;
    await stockUp(shop.client, shop.staff, { [sku]: [100] });
    const grace = await somebody();
    const [own, other] = [await signedIn(grace), await signedIn(grace)];
    const { id: method } = await shop.client.addPaymentMethod(other.accessToken, 'tok_ok');
    await done(ending(own), own.accessToken);
    await refusedSoon(['POST', 'order', '/orders', orderOf(method, [sku, 1])], other.accessToken);
    await refusedSoon(['GET', 'payment', '/payment-methods'], other.accessToken);
    expectProblem(await send(shop, ['GET', 'user', '/users/me'], other.accessToken), 401);
  }, 60_000);

  test.each<[string, (id: string) => Request]>([
    ["somebody's sessions", (id) => ['DELETE', 'user', `/users/${id}/sessions`]],
    ['an account', (id) => ['PUT', 'user', `/users/${id}/status`, { status: 'disabled', reason: 'It is in wrong hands.' }]],
  ])('given an admin ends %s, is refused in all five within a second, for staff too', async (_, ending) => {
    const grace = await somebody('staff');
    const tokens = await signedIn(grace);
    expect([await statuses(tokens), await writes(tokens)]).toEqual([allAre(200), [201, 201]]);
    await done(ending(grace.id), shop.staff);
    await until('refused by all five', async () => (await statuses(tokens)).every((status) => status === 401), SOON_MS);
    expect(await writes(tokens)).toEqual([401, 401]);
    expectProblem(await refreshed(tokens), 401);
  }, 60_000);

  test('given a disabled account is enabled again, stays refused; the next sign-in works everywhere', async () => {
    const grace = await somebody();
    const tokens = await signedIn(grace);
    const put = (body: object) => answered(shop, ['PUT', 'user', `/users/${grace.id}/status`, body], shop.staff);
    await put({ status: 'disabled', reason: 'It is in wrong hands.' });
    await refusedEverywhere(tokens);
    expectProblem(await send(shop, ['POST', 'user', '/sessions', { email: grace.email, password: PASSWORD }]), 403);
    await put({ status: 'active' });
    expect(await statuses(await signedIn(grace))).toEqual(allAre(200));
    expect(await statuses(tokens)).toEqual(allAre(401));
  }, 60_000);

  test('given a role is added, keeps its old rights', async () => {
    const grace = await somebody();
    const tokens = await signedIn(grace);
    await putRoles(grace.id, ['staff']);
    const next: SessionTokens = JSON.parse((await refreshed(tokens)).text);
    expect(await writes(next)).toEqual([201, 201]);
    expect(await writes(tokens)).toEqual([403, 403]);
  }, 60_000);

  test('given a staff member deletes the account, is refused in all five', async () => {
    const tokens = await signedIn(await somebody('staff'));
    await done(['DELETE', 'user', '/users/me', { password: PASSWORD }], tokens.accessToken);
    await refusedEverywhere(tokens);
    expect(await writes(tokens)).toEqual([401, 401]);
  }, 60_000);

  test('given one session is signed out, is refused in all five; other sessions go on', async () => {
    const grace = await somebody();
    const [gone, stays] = [await signedIn(grace), await signedIn(grace)];
    const sid: string = JSON.parse(Buffer.from(gone.accessToken.split('.')[1] ?? '', 'base64url').toString()).sid;
    await done(['DELETE', 'user', `/sessions/${sid}`], stays.accessToken);
    await refusedEverywhere(gone);
    expect(await statuses(stays)).toEqual(allAre(200));
  }, 60_000);

  test('given all sessions are signed out, is refused in all five; one issued a moment later works everywhere from then on', async () => {
    const grace = await somebody();
    const old = [await signedIn(grace), await signedIn(grace)];
    await done(['DELETE', 'user', '/sessions'], old[0]?.accessToken ?? '');
    const fresh = await signedIn(grace);
    expect(await statuses(fresh)).toEqual(allAre(200));
    for (const tokens of old) await refusedEverywhere(tokens);
    expect(await statuses(fresh)).toEqual(allAre(200));
  }, 60_000);

  test('given the password is changed, is refused in all five; the session that changed it goes on', async () => {
    const grace = await somebody();
    const [other, own] = [await signedIn(grace), await signedIn(grace)];
    const next = 'another password for tests';
    await done(['PUT', 'user', '/users/me/password', { currentPassword: PASSWORD, newPassword: next }], own.accessToken);
    await refusedEverywhere(other);
    expect(await statuses(own)).toEqual(allAre(200));
    expect(await statuses(await signedIn(grace, next))).toEqual(allAre(200));
  }, 60_000);

  test('given a refresh token was stolen, is refused in all five with every token of its family', async () => {
    const grace = await somebody();
    const [stolen, other] = [await signedIn(grace), await signedIn(grace)];
    const next: SessionTokens = JSON.parse((await refreshed(stolen)).text);
    const [sessionId, family] = stolen.refreshToken.split('.');
    const spent = { ...stolen, refreshToken: `${sessionId}.${family}.${'A'.repeat(43)}` };
    expectProblem(await refreshed(spent), 401);
    await refusedEverywhere(stolen);
    await refusedEverywhere(next);
    expect(await statuses(other)).toEqual(allAre(200));
  }, 60_000);

  test('is refused after a restart of the shop', async () => {
    const grace = await somebody('staff');
    const tokens = await signedIn(grace);
    await putRoles(grace.id, []);
    await refusedEverywhere(tokens);
    await shop.restart();
    expect(await statuses(tokens)).toEqual(allAre(401));
  }, 120_000);
});
