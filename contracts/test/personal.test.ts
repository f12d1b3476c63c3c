import { describe, expect, test } from 'bun:test';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { mustBeNoCard } from '../src/card-number.ts';
import { Order, PlaceOrder } from '../src/http/order.ts';
import { Address, RegisterUser } from '../src/http/user.ts';
import { closed, holdsPersonal, impersonal, isMarkedName, nullable, oneOf, personal, secret } from '../src/schema.ts';
import { personalTexts, textsWhere, withoutPersonal } from '../src/values-by-schema.ts';
import { FreeText, Name } from '../src/strings.ts';
import { TOPIC_NAMES, TOPICS } from '../src/topics.ts';
import { ADDRESS, EXAMPLES } from './examples.ts';

const wish = Type.Optional(personal(FreeText));
const Wishes = closed({
  id: impersonal(Type.String()),
  to: personal(Name),
  greeting: Type.Optional(personal(Name)),
  from: nullable(personal(Name)),
  aliases: personal(Type.Array(Name)),
  sizes: Type.Record(Type.String(), personal(Name)),
  lines: Type.Array(closed({ sku: impersonal(Name), engraving: personal(Name) })),
  card: personal(closed({ text: Name, colour: impersonal(Name) })),
  status: oneOf('open', 'sent'),
});
const wishes = {
  id: 'w-1',
  to: 'Zoë',
  greeting: 'Dear Zoë',
  from: 'Ada',
  aliases: ['Zo'],
  sizes: { ring: 'Zoë: 52' },
  lines: [{ sku: 'RING', engraving: 'Z & A' }],
  card: { text: 'for Zoë', colour: 'red' },
  status: 'open' as const,
};

describe('what is marked as personal', () => {
  test('is found at any depth, with its place', () => {
    expect(personalTexts(Wishes, wishes).map(({ pointer }) => pointer)).toEqual([
      '/to', '/greeting', '/from', '/aliases/0', '/sizes/ring', '/lines/0/engraving', '/card/text',
    ]);
  });

  test('is removed: optional fields are left out, required ones say `erased`, everything else stays', () => {
    const rest = withoutPersonal(Wishes, wishes);
    expect(rest as object).toEqual({
      id: 'w-1',
      to: 'erased',
      from: null,
      aliases: [],
      sizes: {},
      lines: [{ sku: 'RING', engraving: 'erased' }],
      card: { text: 'erased', colour: 'red' },
      status: 'open',
    });
    expect(Value.Check(Wishes, rest)).toBe(true);
    expect(personalTexts(Wishes, rest)).toEqual([]);
    expect(withoutPersonal(Wishes, rest)).toEqual(rest);
  });

  test('does not change values that hold nothing personal, or fields that the contract does not name', () => {
    const order = { items: [{ sku: 'MUG' }], shippingAddress: ADDRESS, deadlineAt: 7 };
    const rest = withoutPersonal(Order, order);
    expect(rest.items).toBe(order.items);
    expect(rest as object).toEqual({ ...order, shippingAddress: { name: 'erased', line1: 'erased', city: 'erased', country: 'AT' } });
  });

  test('can only be text, because nothing else could be replaced', () => {
    expect(() => withoutPersonal(closed({ age: personal(Type.Integer()) }), { age: 36 })).toThrow('only texts');
  });

  test('is known by its name in logs, as secrets are', () => {
    closed({ petName: personal(Name), pin: secret(Name), shoe: impersonal(Name) });
    expect(['petName', 'pin', 'shoe', 'password', 'line1', 'email', 'sku'].map(isMarkedName)).toEqual([true, true, false, true, true, true, false]);
  });
});

test('every event still fits its version after erasure, and holds nothing personal', () => {
  for (const topic of TOPIC_NAMES) {
    const rest = withoutPersonal(TOPICS[topic].data, EXAMPLES[topic]);
    expect({ topic, fits: Value.Check(TOPICS[topic].data, rest), left: personalTexts(TOPICS[topic].data, rest) }).toEqual({ topic, fits: true, left: [] });
  }
});

test('no event that is written today can tell of a person: what was sent is in the log for ever', () => {
  expect(TOPIC_NAMES.filter((topic) => holdsPersonal(TOPICS[topic].data))).toEqual([]);
});

describe('a new personal field of an order', () => {
  const WithNote = closed({ ...Order.properties, wish });
  const order = { shippingAddress: ADDRESS, wish: 'For Zoë, with love' };

  test('is erased, and missed when it is not, by its mark alone', () => {
    expect(withoutPersonal(WithNote, order)).not.toHaveProperty('wish');
    expect(personalTexts(WithNote, { ...withoutPersonal(Order, order) }).map(({ pointer }) => pointer)).toEqual(['/wish']);
  });

  test('is searched for card numbers', () => {
    const looked = textsWhere(mustBeNoCard);
    const body = { shippingAddress: ADDRESS, wish: 'pay with 4242 4242 4242 4242' };
    expect(looked.of(closed({ ...PlaceOrder.properties, wish }), body).map(({ pointer }) => pointer)).toContain('/wish');
  });
});

test('telephone numbers and e-mail addresses are personal, and never searched for card numbers', () => {
  const looked = textsWhere(mustBeNoCard);
  const found = (schema: typeof Address | typeof RegisterUser, body: object) => looked.of(schema, body).map(({ pointer }) => pointer);
  expect(found(Address, { ...ADDRESS, phone: '+8613834560007', label: 'home' })).toEqual(['/name', '/line1', '/city', '/postalCode', '/label']);
  expect(found(RegisterUser, { email: 'a@example.com', name: 'Ada', password: 'correct horse' })).toEqual(['/name']);
});
