import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Address } from '@souk/contracts/http/user';
import { decodeJwt } from 'jose';
import { type RequestOptions, type RunningUsers, runUsers } from './running-users.ts';

interface Page {
  readonly items: readonly Address[];
  readonly nextCursor: string | null;
}

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers();
});
afterAll(() => users.close());

const LANE = { name: 'Ada King', line1: 'Lange Gasse 1', city: 'Wien', postalCode: '1080', country: 'AT' };
const ADDRESSES = '/users/me/addresses';

/** Somebody with a book of their own. */
async function somebody() {
  const as = (await users.signedIn()).tokens.accessToken;
  const add = (body: object = LANE, headers: RequestOptions['headers'] = {}) =>
    users.send<Address>('POST', ADDRESSES, { as, body, headers });
  return {
    as,
    add,
    added: async (body: object = LANE) => (await add(body)).body,
    all: async (query = '') => (await users.send<Page>('GET', `${ADDRESSES}${query}`, { as })).body,
    patch: (id: string, body: object, ifMatch?: string) =>
      users.send<Address>('PATCH', `${ADDRESSES}/${id}`, { as, body, headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } }),
    remove: (id: string) => users.send('DELETE', `${ADDRESSES}/${id}`, { as }),
  };
}

describe('addresses', () => {
  test('are added with location and tag, and read as they were added', async () => {
    const { as, add } = await somebody();
    const asked = { ...LANE, line2: 'Top 7', region: 'Wien', phone: '+431234567', label: 'Home' };
    const { status, headers, body } = await add(asked);
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...asked, isDefault: true, version: 1 });
    expect(headers.get('location')).toBe(`${ADDRESSES}/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    const read = await users.send('GET', `${ADDRESSES}/${body.id}`, { as });
    expect(read.body).toEqual(body);
    const known = await users.send('GET', `${ADDRESSES}/${body.id}`, { as, headers: { 'if-none-match': '"1"' } });
    expect(known.status).toBe(304);
  });

  test('have one default: the first, until another one is made it', async () => {
    const { added, all, patch } = await somebody();
    const first = await added();
    const second = await added({ ...LANE, isDefault: false });
    const third = await added({ ...LANE, isDefault: true });
    const defaults = async () => (await all()).items.filter(({ isDefault }) => isDefault).map(({ id }) => id);
    expect(await defaults()).toEqual([third.id]);
    expect((await patch(second.id, { isDefault: true }, '"1"')).body).toMatchObject({ isDefault: true, version: 2 });
    expect(await defaults()).toEqual([second.id]);
    expect((await all()).items.find(({ id }) => id === first.id)).toMatchObject({ isDefault: false, version: 2 });
  });

  test('the default changes only by making another address the default', async () => {
    const { added, patch } = await somebody();
    const { status, body } = await patch((await added()).id, { isDefault: false }, '*');
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer: '/isDefault' }] });
  });

  test('are removed without a tag or with the current one, not with an old one', async () => {
    const { as, added, patch } = await somebody();
    const { id } = await added();
    const remove = (tag: string) => users.send('DELETE', `${ADDRESSES}/${id}`, { as, headers: { 'if-match': tag } });
    expect((await patch(id, { city: 'Graz' }, '"1"')).status).toBe(200);
    const { status, headers } = await remove('"1"');
    expect([status, headers.get('etag')]).toEqual([412, '"2"']);
    expect((await remove('"2"')).status).toBe(204);
    expect((await remove('*')).status).toBe(404);
  });

  test('given that the default is removed, the newest of the others becomes the default', async () => {
    const { added, all, remove } = await somebody();
    const [first, second, third] = [await added(), await added(), await added()];
    expect((await remove(first.id)).status).toBe(204);
    expect((await remove(first.id)).status).toBe(404);
    expect((await all()).items.map(({ id, isDefault }) => [id, isDefault])).toEqual([[third.id, true], [second.id, false]]);
    await remove(third.id);
    await remove(second.id);
    expect((await all()).items).toEqual([]);
    expect(await added()).toMatchObject({ isDefault: true });
  });

  test('are changed by merge patch: null removes a field, absent fields stay', async () => {
    const { added, patch } = await somebody();
    const { id, createdAt } = await added({ ...LANE, line2: 'Top 7', label: 'Home' });
    const { status, headers, body } = await patch(id, { line2: null, phone: null, city: 'Graz' }, '"1"');
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe('"2"');
    const { updatedAt, ...rest } = body;
    expect(rest).toEqual({ ...LANE, city: 'Graz', label: 'Home', id, isDefault: true, version: 2, createdAt });
    expect(updatedAt >= createdAt).toBe(true);
    expect((await patch(id, { city: 'Graz', line2: null }, '"2"')).headers.get('etag')).toBe('"2"');
    expect((await patch(id, { city: null }, '*')).body).toMatchObject({ errors: [{ pointer: '/city' }] });
  });

  test('428 without If-Match, 412 with a stale one, and nothing changes', async () => {
    const { added, all, patch } = await somebody();
    const { id } = await added();
    expect((await patch(id, { city: 'Graz' })).status).toBe(428);
    expect((await patch(id, { city: 'Graz' }, '"7"')).status).toBe(412);
    expect((await all()).items[0]).toMatchObject({ city: 'Wien', version: 1 });
  });

  test('are listed newest first, page by page', async () => {
    const { added, all } = await somebody();
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.unshift((await added()).id);
    const first = await all('?limit=2');
    const rest = await all(`?limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(ids);
    expect(rest.nextCursor).toBeNull();
  });

  test('are 20 at most, also when asked for at once', async () => {
    const { add, all } = await somebody();
    const replies = await Promise.all(Array.from({ length: 23 }, () => add()));
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(3);
    expect((await all('?limit=100')).items).toHaveLength(20);
  });

  test('are added 100 times a day at most, and additions that were removed again leave nothing in the document, with or without keys', async () => {
    const { as, add, remove } = await somebody();
    const userId = String(decodeJwt(as).sub);
    for (let count = 0; count < 100; count += 1) {
      const { status, body } = await add(LANE, { 'idempotency-key': `move-${count}` });
      expect(status).toBe(201);
      expect((await remove(body.id)).status).toBe(204);
    }
    expect(JSON.stringify(await users.store.reads.addressBook(userId)).length).toBeLessThan(200);
    const { status, headers, body } = await add();
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(86_000);
    expect(body).toMatchObject({ type: 'urn:souk:problem:too-many-requests' });
    // One that was added before is answered again all the same.
    expect((await add(LANE, { 'idempotency-key': 'move-99' })).status).toBe(201);
  }, 30_000);

  test('are added once per Idempotency-Key', async () => {
    const { add, all } = await somebody();
    const key = { 'idempotency-key': 'once' };
    const [first, again] = [await add(LANE, key), await add(LANE, key)];
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await add({ ...LANE, city: 'Graz' }, key)).status).toBe(422);
    expect((await all()).items).toHaveLength(1);
  });

  test("404 for another user's address and for a malformed id", async () => {
    const { added } = await somebody();
    const { as, patch, remove } = await somebody();
    for (const id of [(await added()).id, Bun.randomUUIDv7(), 'x']) {
      expect((await users.send('GET', `${ADDRESSES}/${id}`, { as })).status).toBe(404);
      expect((await patch(id, { city: 'Graz' }, '*')).status).toBe(404);
      expect((await remove(id)).status).toBe(404);
    }
  });

  test.each([
    ['a country that is none', { ...LANE, country: 'XX' }, '/country'],
    ['a missing city', { ...LANE, city: undefined }, '/city'],
    ['a blank line', { ...LANE, line1: ' ' }, '/line1'],
    ['a number as postal code', { ...LANE, postalCode: 1080 }, '/postalCode'],
    ['a field nobody knows', { ...LANE, admin: true }, '/admin'],
    ['a version', { ...LANE, version: 3 }, '/version'],
    ['a postal code that is none', { ...LANE, postalCode: '10' }, '/postalCode'],
    ['no postal code where there are some', { ...LANE, postalCode: undefined }, '/postalCode'],
    ['a telephone number that reaches nobody', { ...LANE, phone: '+43 1' }, '/phone'],
    ['a card number', { ...LANE, line2: '4242 4242 4242 4242' }, '/line2'],
  ])('422 for %s, naming it', async (_what, body, pointer) => {
    const { add, all } = await somebody();
    const reply = await add(body);
    expect(reply.status).toBe(422);
    expect(reply.body).toMatchObject({ errors: [{ pointer }] });
    expect((await all()).items).toEqual([]);
  });

  test('need no postal code where the country has none, and cannot lose it where the country has one', async () => {
    const { added, patch } = await somebody();
    const { postalCode: _none, ...harbour } = { ...LANE, country: 'HK' };
    const { id } = await added(harbour);
    expect((await patch(id, { country: 'AT' }, '"1"')).body).toMatchObject({ errors: [{ pointer: '/postalCode' }] });
    const moved = await patch(id, { country: 'AT', postalCode: '1080' }, '"1"');
    expect([moved.status, moved.body.postalCode]).toEqual([200, '1080']);
    expect((await patch(id, { country: 'HK', postalCode: null }, '"2"')).body).not.toHaveProperty('postalCode');
  });

  test('keep telephone numbers as E.164, read by the rules of their country', async () => {
    const { added, patch } = await somebody();
    const { id, phone } = await added({ ...LANE, country: 'DE', postalCode: '10115', phone: '0151 23456001' });
    expect(phone).toBe('+4915123456001');
    const changed = await patch(id, { phone: '+86 138 3456 0007' }, '"1"');
    expect([changed.status, changed.body.phone]).toEqual([200, '+8613834560007']);
    expect((await patch(id, { phone: '+86 138' }, '"2"')).body).toMatchObject({ errors: [{ pointer: '/phone' }] });
  });

  test('401 without a token', async () => {
    for (const method of ['GET', 'POST']) expect((await users.send(method, ADDRESSES)).status).toBe(401);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expect((await users.send(method, `${ADDRESSES}/${Bun.randomUUIDv7()}`)).status).toBe(401);
    }
  });
});
