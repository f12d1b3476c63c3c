import { Slug, Uuid } from '@souk/contracts/strings';
import { closed, nullable, oneOf } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';
import { describe, expect, test } from 'bun:test';
import { lowerCaseIds } from '../../src/web/app/read-by-schema.ts';
import { router } from '../../src/web/app/router.ts';
import { bearer, codeOf, shop } from './shop.ts';

const ID = '0198c0de-7a11-7c3e-8f00-00000000abcd';
const LOUD = ID.toUpperCase();
const Order = closed({
  id: Uuid,
  note: Type.String(),
  parent: Type.Optional(nullable(Uuid)),
  tags: Type.Optional(Type.Array(Uuid, { uniqueItems: true })),
  lines: Type.Optional(Type.Array(closed({ from: Uuid, sku: Type.String() }))),
  byName: Type.Optional(Type.Record(Type.String({ pattern: '^[a-z]+$' }), closed({ id: Uuid }), { additionalProperties: false })),
});
const Query = Type.Object({ of: Type.Optional(Uuid), any: Type.Optional(Type.Union([Uuid, Slug])), word: Type.Optional(Type.String()) });
const routes = router()
  .post('/orders/:id/:word', (all) => ({ params: all.params, query: all.query, body: all.body }), {
    params: closed({ id: Uuid, word: Type.String() }),
    query: Query,
    body: Order,
  })
  .get('/orders/:id', (all) => ({ params: all.params, query: all.query }), { params: closed({ id: Uuid }), query: Query })
  .post('/keyed/:id', ({ idempotency }) => ({ ...idempotency }), { idempotent: 'required', params: closed({ id: Uuid }), body: closed({ of: Uuid }) });
const { send } = shop({ routes: [routes] });

describe('a UUID in capitals', () => {
  const body = (id: string) => ({ id, note: LOUD, parent: id, tags: [id], lines: [{ from: id, sku: LOUD }], byName: { a: { id } } });

  test('means the same in path, query and body, and other text stays as it is', async () => {
    const { body: answer } = await send('POST', `/orders/${LOUD}/${LOUD}?of=${LOUD}&any=${LOUD}&word=${LOUD}`, { body: body(LOUD) });
    expect(answer).toEqual({
      params: { id: ID, word: LOUD },
      query: { of: ID, any: ID, word: LOUD },
      body: { ...body(ID), note: LOUD, lines: [{ from: ID, sku: LOUD }] },
    });
  });

  test('means the same for HEAD and GET, in mixed case, and where null is allowed', async () => {
    const mixed = '0198C0de-7A11-7c3e-8F00-00000000aBcD';
    expect((await send('GET', `/orders/${mixed}?of=${mixed}`)).body).toEqual({ params: { id: ID }, query: { of: ID } });
    expect((await send('HEAD', `/orders/${mixed}`)).status).toBe(200);
    const { body: answer } = await send('POST', `/orders/${mixed}/a`, { body: { id: mixed, note: '', parent: null } });
    expect(answer).toMatchObject({ body: { id: ID, parent: null } });
  });

  test('makes no other request under an Idempotency-Key', async () => {
    const headers = { ...(await bearer()), 'idempotency-key': 'k' };
    const ask = async (path: string, of: string) => (await send('POST', `/keyed/${path}`, { body: { of }, headers })).text;
    const first = await ask(ID, ID);
    expect(first).toContain('fingerprint');
    expect(await ask(LOUD, ID)).toBe(first);
    expect(await ask(ID, LOUD)).toBe(first);
    expect(await ask(ID, ID.replace('0', '1'))).not.toBe(first);
  });

  test('counts as a duplicate in a list', async () => {
    expect(codeOf(await send('POST', `/orders/${ID}/a`, { body: { id: ID, note: '', tags: [ID, LOUD] } }))).toBe('validation');
  });
});

test('text that is no UUID is refused as before, and is not changed', async () => {
  for (const id of ['ABC', `{${LOUD}}`, LOUD.replaceAll('-', ''), `urn:uuid:${LOUD}`, 5, ['X'], { id: LOUD }]) {
    expect(codeOf(await send('POST', `/orders/${ID}/a`, { body: { id, note: '' } }))).toBe('validation');
  }
  expect(codeOf(await send('GET', '/orders/ABC'))).toBe('not-found');
  expect((await send('GET', `/orders/${ID}?any=a-slug`)).body).toMatchObject({ query: { any: 'a-slug' } });
  expect(codeOf(await send('GET', `/orders/${ID}?any=A-Slug`))).toBe('validation');
});

test('a schema without ids costs nothing', () => {
  expect([Type.Object({ a: Type.Array(Type.String()) }), Type.Union([Type.Null(), Slug]), oneOf('a'), Type.Record(Type.String(), Type.String())].map(lowerCaseIds)).toEqual(
    Array.from({ length: 4 }, () => undefined),
  );
});
