import { PatchAddress, RegisterUser, ReplaceRoles } from '@souk/contracts/http/user';
import { PlaceOrder } from '@souk/contracts/http/order';
import { CreateProduct, ProductQuery } from '@souk/contracts/http/product';
import { Uuid } from '@souk/contracts/strings';
import { type TSchema, TypeGuard } from '@sinclair/typebox';
import { describe, expect, test } from 'bun:test';
import { Glob } from 'bun';
import { fileURLToPath } from 'node:url';
import { validationProblem } from '../../src/web/problems/field-errors.ts';

const CONTRACTS = fileURLToPath(new URL('../../../contracts/src', import.meta.url));

/** Places and sentences that callers are told about a value. */
function told(schema: TSchema, value: unknown): Record<string, string> {
  const errors = validationProblem({ schema, value }, { schema: undefined, value: undefined })?.details.errors ?? [];
  return Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail]));
}

describe('the sentence about a wrong value says what would be right', () => {
  const address = { name: 'A', line1: '1', city: 'B', postalCode: '1', country: 'DE' };

  test.each([
    [RegisterUser, { email: 'nobody', password: 'short', name: '   ' }, { '/email': 'must be an e-mail address: a dot-atom of 64 octets at most, @, and a domain, 254 in all; spaces around it do not count', '/password': 'must have 12 characters at least', '/name': 'must be one line of text in which something is to be seen, so not blank, without control characters or marks of direction' }],
    [RegisterUser, { email: 5, password: 'x'.repeat(129), name: '' }, { '/email': 'must be of type string', '/password': 'must have 128 characters at most', '/name': 'must not be empty' }],
    [PlaceOrder, { items: [{ sku: 'a b', quantity: 1.5 }], paymentMethodId: 'mine', shippingAddress: { ...address, country: 'Germany' } }, {
      '/items/0/sku': 'must be a SKU: 1 to 64 letters from A to Z, digits, dots, dashes and underscores',
      '/items/0/quantity': 'must be of type integer',
      '/paymentMethodId': 'must be a valid uuid',
      '/shippingAddress/country': 'must be a country of ISO 3166-1 in two capitals',
    }],
    [PlaceOrder, { items: [], paymentMethodId: Uuid, shippingAddress: null }, { '/items': 'must not be empty', '/paymentMethodId': 'must be of type string', '/shippingAddress': 'must be of type object' }],
    [PatchAddress, { line2: ' ', label: 7 }, { '/line2': 'must be one line of text in which something is to be seen, so not blank, without control characters or marks of direction', '/label': 'must be of type string' }],
    [CreateProduct, { title: 'a', slug: 'A b', variants: [{ sku: 'a', price: { amount: -1, currency: 'eur' } }], attributes: { _x: 'a' } }, {
      '/slug': 'must be small letters from a to z and digits, with single dashes between them',
      '/variants/0/price/amount': 'must be greater or equal to 0',
      '/variants/0/price/currency': 'must be a currency of ISO 4217 that is in use, in three capitals',
      '/attributes/_x': 'is not an accepted name: the field takes texts under names of 1 to 50 characters that begin with neither a space nor an underscore',
    }],
    [ProductQuery, { category: 'A B', sort: 'best', limit: 0 }, {
      '/category': 'must be a valid uuid or small letters from a to z and digits, with single dashes between them',
      '/sort': 'must be one of title, price, -price, newest',
      '/limit': 'must be greater or equal to 1',
    }],
    [ReplaceRoles, { roles: ['staff', 'staff', 'king'] }, { '/roles': 'must not have the same entry twice', '/roles/2': 'must be one of customer, staff, admin' }],
  ])('%#', (schema, value, expected) => {
    expect(told(schema, value)).toEqual(expected);
  });
});

/** Every schema inside, itself first. */
function* within(schema: TSchema): Iterable<TSchema> {
  yield schema;
  const inside: readonly unknown[] = [
    ...Object.values<unknown>(schema['properties'] ?? {}), ...Object.values<unknown>(schema['patternProperties'] ?? {}), schema['items'], ...(schema['anyOf'] ?? []),
  ];
  for (const part of inside) if (TypeGuard.IsSchema(part)) yield* within(part);
}

const files = [...new Glob('**/*.ts').scanSync(CONTRACTS)].toSorted();
const contracts: readonly (readonly [string, TSchema])[] = (
  await Promise.all(
    files.map(async (file) => {
      const exported = (await import(`${CONTRACTS}/${file}`)) as Record<string, unknown>;
      return Object.entries(exported).flatMap(([name, value]) => (TypeGuard.IsSchema(value) ? [[`${file} ${name}`, value] as const] : []));
    }),
  )
).flat();

const WRONG: readonly unknown[] = ['', ' ', '\0', '\u200b', '!', 'x'.repeat(10_000), '\ud800', -1, 0.5, 1e30, true, null, [], [1, 1], {}, { '': 1, _x: 1, '^$': [] }];

describe('no contract shows a pattern', () => {
  test('there are contracts', () => expect(contracts.length).toBeGreaterThan(80));

  test.each(contracts)('%s', (_, schema) => {
    for (const part of within(schema)) {
      if (part['pattern'] !== undefined) expect([part['pattern'], typeof part.description]).toEqual([part['pattern'], 'string']);
      for (const value of WRONG) {
        for (const [place, sentence] of Object.entries(told(part, value))) {
          expect([place, sentence]).toEqual([place, expect.stringMatching(/^(?:must (?:be|have|not) |is )[^\\^$[\]{}()*?|]+$/)]);
          expect(sentence).not.toMatch(/undefined|of another form|union|Expected/);
        }
      }
    }
  });
});
