import { describe, expect, test } from 'bun:test';
import { servicePath, serviceUrl } from '../../src/server/service-path.ts';

describe('a path below /api/<service>', () => {
  test.each(['/orders', '/orders/018f3c5e-7b1a-7c3e-8f00-000000000001/timeline', '/ops/parked/a%20b/retry', '/.well-known/jwks.json', '/ops/history', '/products/SKU-1.2~x', '/users/a@b.c', `/ops/parked/${encodeURIComponent('鍵'.repeat(255))}/retry`])(
    '%s is passed on',
    (path) => expect(servicePath(path)).toBe(path),
  );

  test.each([
    '',
    'orders',
    '//evil.example/x',
    '/orders//x',
    '/orders/',
    '/.',
    '/..',
    '/orders/../users',
    '/orders/%2e%2e/users',
    '/orders/%2E./users',
    '/orders/.%2e/users',
    '/orders/..%2fusers',
    '/orders%2fx',
    '/orders%5cx',
    '/orders\\x',
    '/orders/%252e%252e/users',
    '/orders/%252fx',
    '/orders/%25252f',
    '/orders/%00',
    '/orders/%0d%0aHost:%20evil',
    '/orders/%zz',
    '/orders/%c3%28',
    '/orders/ä',
    '/orders/a b',
    '/orders/x?y',
    '/orders/x#y',
    `/${'x'.repeat(5000)}`,
    'http://evil.example/orders',
    '/http://evil.example/',
  ])('%j is refused', (path) => expect(servicePath(path)).toBeUndefined());
});

describe('the address of a path', () => {
  test('is at the service, whatever the path looks like', () => {
    expect(serviceUrl('http://order:4003', '/orders', '?limit=5').href).toBe('http://order:4003/orders?limit=5');
    expect(serviceUrl('http://order:4003/', '/@evil.example/x').href).toBe('http://order:4003/@evil.example/x');
    expect(serviceUrl('http://order:4003', '/:80@evil.example').host).toBe('order:4003');
  });

  test('is below the path that the service has', () => {
    expect(serviceUrl('https://shop.example/order/', '/orders').href).toBe('https://shop.example/order/orders');
  });

  test('a question cannot begin a fragment or a line', () => {
    expect(serviceUrl('http://order:4003', '/orders', '?a=#b\r\nX: y').href).toBe('http://order:4003/orders?a=%23bX:%20y');
  });
});
