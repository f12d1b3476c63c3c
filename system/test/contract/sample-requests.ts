import { randomUUID } from 'node:crypto';
import { png } from '@souk/chassis/testing/sample-images';
import { ADDRESS, PRICE } from '../support/ordering.ts';
import type { LiveRoute } from './live-routes.ts';
import type { ShopObjects } from './shop-objects.ts';

const UNKNOWN = '0198c0de-7a11-7c3e-8f00-0000000000ff';

/** Parameters without which a route answers nothing. */
const QUERIES: Readonly<Record<string, (objects: ShopObjects) => string>> = {
  '/ops/history': ({ order }) => `?stream=${order}`,
  '/ops/deliveries': ({ order }) => `?key=${order}`,
};

/** The path with the objects in it, and the parameters that it needs; a placeholder nobody knows is an error of the test. */
export function pathOf({ path }: Pick<LiveRoute, 'path'>, objects: ShopObjects): string {
  const values: Readonly<Record<string, string>> = {
    products: objects.product, 'by-slug': objects.slug, variants: objects.sku, categories: objects.category, images: objects.image,
    stock: objects.sku, warehouses: objects.warehouse, reservations: objects.order, orders: objects.order,
    shipments: objects.shipment, 'payment-methods': objects.paymentMethod, payments: objects.payment, refunds: objects.refund,
    sessions: objects.session, addresses: objects.address, users: objects.user, webhooks: 'simulator',
    'dead-letters': UNKNOWN, parked: UNKNOWN, faults: UNKNOWN,
  };
  const byName: Readonly<Record<string, string>> = { orderId: objects.order, userId: objects.user, sku: objects.sku };
  const named = path.replaceAll(/([^/]+)\/\{([^}]+)\}/g, (_, of: string, name: string) => {
    const value = values[of] ?? byName[name];
    if (value === undefined) throw new Error(`${path}: what stands behind ${of}/ is not in sample-requests.ts`);
    return `${of}/${value}`;
  });
  return `${named}${QUERIES[path]?.(objects) ?? ''}`;
}

/** A body that is right in everything, new at every call; undefined for a route that takes none. */
export function bodyOf({ method, path }: LiveRoute, objects: ShopObjects): object | undefined {
  return BODIES[`${method} ${path}`]?.(objects);
}

/** What a route takes as it comes; undefined for all others. */
export function bytesOf({ method, path }: LiveRoute): Uint8Array<ArrayBuffer> | undefined {
  return method === 'POST' && path === '/products/{id}/images' ? new Uint8Array(png(2, 2)) : undefined;
}

const unique = () => randomUUID().slice(0, 13);
const items = (sku: string) => [{ sku, quantity: 1 }];

export const BODIES: Readonly<Record<string, (objects: ShopObjects) => object>> = {
  'POST /products': () => ({ title: 'Mug', description: 'Holds tea.', variants: [{ sku: `MUG-${unique()}`, price: PRICE }] }),
  'PATCH /products/{id}': () => ({ title: 'A brighter lamp' }),
  'PUT /products/{id}/variants/{sku}': () => ({ price: PRICE }),
  'POST /categories': () => ({ name: `Rooms ${unique()}` }),
  'PATCH /categories/{id}': () => ({ name: 'Lamps' }),
  'PATCH /products/{id}/images/{imageId}': () => ({ alt: 'A lamp', position: 0 }),
  'POST /stock/{sku}/receipts': ({ warehouse }) => ({ warehouseId: warehouse, quantity: 1, reason: 'delivery' }),
  'POST /stock/{sku}/adjustments': ({ warehouse }) => ({ warehouseId: warehouse, quantity: -1, reason: 'broken' }),
  'POST /stock/{sku}/transfers': ({ warehouse, otherWarehouse }) => ({ fromWarehouseId: warehouse, toWarehouseId: otherWarehouse, quantity: 1, reason: 'room' }),
  'POST /allocations/preview': ({ sku }) => ({ items: items(sku) }),
  'POST /warehouses': () => ({ name: `Shed ${unique()}`, priority: 9, active: true }),
  'PATCH /warehouses/{id}': () => ({ name: `Hall ${unique()}`, priority: 1 }),
  'POST /orders': ({ sku, paymentMethod }) => ({ items: items(sku), shippingAddress: ADDRESS, paymentMethodId: paymentMethod }),
  'POST /orders/{id}/cancellation': () => ({ note: 'changed my mind' }),
  'POST /orders/{id}/shipments/{shipmentId}/ship': () => ({ carrier: 'Post', trackingNumber: 'AT-1' }),
  'POST /orders/{id}/shipments/{shipmentId}/deliver': () => ({}),
  'POST /payment-methods': () => ({ token: 'tok_ok', label: 'My card' }),
  'POST /payments/{id}/refunds': () => ({ amount: { ...PRICE, amount: 1 }, reason: 'a scratch' }),
  'POST /webhooks/{gateway}': () => ({ unsigned: true }),
  'POST /users': ({ password }) => ({ email: `${randomUUID()}@souk.example`, password, name: 'Ada' }),
  'PATCH /users/me': () => ({ name: 'Ada' }),
  'DELETE /users/me': () => ({ password: 'not the password' }),
  'PUT /users/me/password': () => ({ currentPassword: 'not the password', newPassword: 'another long password' }),
  'POST /users/me/second-factor': () => ({ password: 'not the password' }),
  'POST /users/me/second-factor/confirmation': () => ({ oneTimeCode: '123456' }),
  'POST /users/me/second-factor/recovery-codes': () => ({ oneTimeCode: '123456' }),
  'DELETE /users/me/second-factor': () => ({ password: 'not the password', oneTimeCode: '123456' }),
  'POST /sessions/second-factor': () => ({ oneTimeCode: '123456' }),
  'POST /users/me/addresses': () => ({ ...ADDRESS, label: 'Home', isDefault: false }),
  'PATCH /users/me/addresses/{id}': () => ({ city: 'Hamburg' }),
  'POST /sessions': ({ email, password }) => ({ email, password }),
  'POST /sessions/refresh': () => ({ refreshToken: 'of nobody' }),
  'PUT /users/{id}/roles': () => ({ roles: ['customer'] }),
  'POST /password-resets': () => ({ email: `${randomUUID()}@souk.example` }),
  'POST /password-resets/confirmation': ({ user }) => ({ token: `${user}.${'x'.repeat(43)}`, newPassword: 'another long password' }),
  'POST /users/me/email-changes': () => ({ email: `${randomUUID()}@souk.example`, password: 'not the password' }),
  'POST /email-confirmations': ({ user }) => ({ token: `${user}.${'x'.repeat(43)}` }),
  'PUT /users/{id}/status': () => ({ status: 'active' }),
  'POST /ops/history/send': ({ order }) => ({ stream: order }),
  'POST /ops/dead-letters/{id}/discard': () => ({ reason: 'of no use' }),
  'POST /ops/faults': () => ({ kind: 'double', topic: 'user.access_changed', seconds: 1 }),
};
