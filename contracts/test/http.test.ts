import { describe, expect, test } from 'bun:test';
import { type TSchema, TypeGuard } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import * as paging from '../src/paging.ts';
import * as inventory from '../src/http/inventory.ts';
import * as order from '../src/http/order.ts';
import * as payment from '../src/http/payment.ts';
import * as product from '../src/http/product.ts';
import * as session from '../src/http/session.ts';
import * as user from '../src/http/user.ts';
import { ADDRESS, EURO_20, ID, OTHER_ID } from './examples.ts';
import { objectsIn } from './objects-in.ts';

const modules = { inventory, order, paging, payment, product, session, user };
const schemas = Object.values(modules).flatMap((module) =>
  Object.entries(module).filter((entry): entry is [string, TSchema] => TypeGuard.IsSchema(entry[1])),
);
const isQuery = ([name]: [string, TSchema]) => name.endsWith('Query');

test.each(schemas.filter((entry) => !isQuery(entry)))('%s is closed at every depth', (_, schema) => {
  expect(objectsIn(schema).filter((object) => object.additionalProperties !== false)).toEqual([]);
});

test.each(schemas.filter(isQuery))('%s ignores unknown parameters, and pages', (_, schema) => {
  expect(Value.Check(schema, { limit: 100, cursor: 'abc', utm: 'x' })).toBe(true);
  expect([0, 101, 1.5].some((limit) => Value.Check(schema, { limit }))).toBe(false);
});

const line = { sku: 'MUG-BLUE', quantity: 1 };
const variant = { sku: 'MUG-BLUE', price: EURO_20 };
const placement = { items: [line], shippingAddress: ADDRESS, paymentMethodId: ID };

const bodies: [string, TSchema, Record<string, unknown>][] = [
  ['CreateProduct', product.CreateProduct, { title: 'Mug', variants: [variant] }],
  ['PatchProduct', product.PatchProduct, { status: 'active', description: null, attributes: { colour: null } }],
  ['PutVariant', product.PutVariant, { price: EURO_20 }],
  ['CreateCategory', product.CreateCategory, { name: 'Cups', parentId: null, position: 0 }],
  ['PatchCategory', product.PatchCategory, { parentId: ID }],
  ['PatchProductImage', product.PatchProductImage, { alt: null, position: 3 }],
  ['CreateWarehouse', inventory.CreateWarehouse, { name: 'North', priority: 1 }],
  ['PatchWarehouse', inventory.PatchWarehouse, { active: false }],
  ['ReceiveStock', inventory.ReceiveStock, { warehouseId: ID, quantity: 5 }],
  ['AdjustStock', inventory.AdjustStock, { warehouseId: ID, quantity: -5, reason: 'broken' }],
  ['TransferStock', inventory.TransferStock, { fromWarehouseId: ID, toWarehouseId: OTHER_ID, quantity: 5 }],
  ['PreviewAllocation', inventory.PreviewAllocation, { items: [line] }],
  ['PlaceOrder', order.PlaceOrder, { ...placement, expectedTotal: EURO_20 }],
  ['CancelOrder', order.CancelOrder, { note: 'changed my mind' }],
  ['AddPaymentMethod', payment.AddPaymentMethod, { token: 'tok_ok', label: 'Mine' }],
  ['RequestRefund', payment.RequestRefund, { amount: EURO_20, reason: 'broken' }],
  ['RegisterUser', user.RegisterUser, { email: 'a@example.com', password: 'correct horse', name: 'Zoë' }],
  ['ReplaceRoles', user.ReplaceRoles, { roles: ['customer', 'staff'] }],
  ['SignIn', session.SignIn, { email: 'a@example.com', password: 'correct horse' }],
  ['RefreshSession', session.RefreshSession, { refreshToken: 'abc' }],
];

describe.each(bodies)('the body %s', (_, schema, body) => {
  test('is accepted', () => expect(Value.Check(schema, body)).toBe(true));

  test('is refused with an unknown field', () => {
    expect(Value.Check(schema, { ...body, isAdmin: true })).toBe(false);
  });

  test('is refused when it is not an object', () => {
    expect([null, [], '', 1, [body]].some((other) => Value.Check(schema, other))).toBe(false);
  });
});

const placed = (change: object) => Value.Check(order.PlaceOrder, { ...placement, ...change });

describe('limits of an order', () => {
  test('1 to 100 lines of 1 to 999 pieces', () => {
    expect(placed({ items: Array.from({ length: 100 }, () => ({ ...line, quantity: 999 })) })).toBe(true);
    expect(placed({ items: [] })).toBe(false);
    expect(placed({ items: Array.from({ length: 101 }, () => line) })).toBe(false);
    for (const quantity of [0, 1000, 1.5, '1', -1]) expect(placed({ items: [{ ...line, quantity }] })).toBe(false);
  });

  test('an address needs its fields, and unknown ones are refused inside too', () => {
    for (const field of ['name', 'line1', 'city', 'country']) {
      expect(placed({ shippingAddress: { ...ADDRESS, [field]: undefined } })).toBe(false);
    }
    expect(placed({ shippingAddress: { ...ADDRESS, planet: 'Earth' } })).toBe(false);
    expect(placed({ items: [{ ...line, unitPrice: EURO_20 }] })).toBe(false);
  });
});

/** From text, as a request brings it: only there is `__proto__` a field like any other. */
function takesAttribute(name: string): boolean {
  const body = JSON.stringify({ title: 'Mug', variants: [variant], attributes: {} });
  return Value.Check(product.CreateProduct, JSON.parse(body.replace('{}', `{${JSON.stringify(name)}:"x"}`)));
}

test('attribute names begin with no blank and reach no prototype', () => {
  expect(['size', 'Größe', 'screen size'].every(takesAttribute)).toBe(true);
  expect(['', ' size', '__proto__', 'a\0', 'x'.repeat(51)].some(takesAttribute)).toBe(false);
});

test('a page has items and a cursor or null', () => {
  expect(Value.Check(order.OrderPage, { items: [], nextCursor: null })).toBe(true);
  expect(Value.Check(order.OrderPage, { items: [] })).toBe(false);
});
