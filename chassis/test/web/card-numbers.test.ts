import { describe, expect, test } from 'bun:test';
import { noCardNumbers, noFreeText } from '@souk/contracts/card-number';
import { closed, impersonal, personal } from '@souk/contracts/schema';
import { FreeText, Name } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { refuseCardNumbers } from '../../src/web/problems/field-errors.ts';
import { router } from '../../src/web/app/router.ts';
import { DiscardDeadLetter } from '@souk/contracts/http/ops';
import { codeOf, shop } from './shop.ts';

const CARD = 'please take 4242 4242 4242 4242';
const Gift = closed({
  sku: impersonal(Name),
  note: Type.Optional(personal(FreeText)),
  to: Type.Optional(closed({ name: personal(Name), phone: noFreeText(personal(Name)) })),
  lines: Type.Optional(Type.Array(closed({ engraving: personal(Name) }))),
  reason: Type.Optional(noCardNumbers(impersonal(Name))),
});
const routes = router()
  .post('/gifts', ({ body }) => ({ taken: Object.keys(body) }), { body: Gift, detail: { summary: 'Give' } })
  .post('/parts', ({ body }) => ({ taken: Object.keys(body) }), { body: closed({ ean: impersonal(Name) }), detail: { summary: 'Order parts' } });
const { send } = shop({ routes: [routes] });

describe('a card number', () => {
  test.each<[string, object, string]>([
    ['free text', { sku: 'MUG', note: CARD }, '/note'],
    ['an object', { sku: 'MUG', to: { name: CARD, phone: '1' } }, '/to/name'],
    ['a list', { sku: 'MUG', lines: [{ engraving: 'Zoë' }, { engraving: CARD }] }, '/lines/1/engraving'],
    ['nobody\'s text where people write them', { sku: 'MUG', reason: CARD }, '/reason'],
  ])('is refused in %s that the contract marks, by every route, with its place', async (_where, body, pointer) => {
    const answer = await send('POST', '/gifts', { body });
    expect([answer.status, codeOf(answer)]).toEqual([422, 'card-number-refused']);
    expect(answer.body).toMatchObject({ errors: [{ pointer }] });
  });

  test('is refused in the reason for discarding a dead letter, which is stored and shown', () => {
    expect(() => refuseCardNumbers(DiscardDeadLetter, { reason: CARD })).toThrow('/reason holds what looks like a card number');
  });

  test('is not looked for where nobody writes one, or in a telephone number', async () => {
    const body = { sku: '4242 4242 4242 4242', to: { name: 'Zoë', phone: '4242 4242 4242 4242' } };
    expect((await send('POST', '/gifts', { body })).status).toBe(200);
    expect((await send('POST', '/parts', { body: { ean: CARD } })).status).toBe(200);
  });
});
