import type { DeadLetterStatus } from '@souk/contracts/http/ops';
import type { Page } from '@souk/contracts/paging';
import type { Reservation, StockLevel, Warehouse } from '@souk/contracts/http/inventory';
import type { Order, PlaceOrder, Timeline } from '@souk/contracts/http/order';
import type { Payment, PaymentMethod } from '@souk/contracts/http/payment';
import type { CreateProduct, Product } from '@souk/contracts/http/product';
import type { OpenedSession } from '@souk/contracts/http/session';
import type { User } from '@souk/contracts/http/user';
import type { Money } from '@souk/contracts/money';
import type { Problem } from '@souk/contracts/problem';
import type { ServiceName } from '@souk/contracts/services';

export type ServiceUrls = Readonly<Record<ServiceName, string>>;

/** A service refused a request; `problem` says why. */
export class RefusedError extends Error {
  readonly code = 'refused';
  constructor(
    readonly request: string,
    readonly problem: Problem,
  ) {
    super(`${request}: ${problem.status} ${problem.title}; ${problem.detail}`);
    this.name = 'RefusedError';
  }
}

interface Call {
  readonly method?: string;
  readonly body?: object;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const CALL_LIMIT_MS = 15_000;

/** The shop as a caller sees it: five HTTP interfaces, nothing else. */
export function shopClient(urls: ServiceUrls) {
  async function call<T>(service: ServiceName, path: string, { method, body, token, headers }: Call = {}): Promise<T> {
    const response = await fetch(`${urls[service]}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new RefusedError(`${method ?? 'call'} ${service} ${path}`, JSON.parse(text));
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  return {
    register: (email: string, password: string, name: string) =>
      call<User>('user', '/users', { body: { email, password, name } }),
    usersByEmail: (token: string, email: string) => call<Page<User>>('user', `/users?email=${encodeURIComponent(email)}`, { token }),
    changePassword: (token: string, currentPassword: string, newPassword: string) =>
      call<User>('user', '/users/me/password', { method: 'PUT', token, body: { currentPassword, newPassword } }),
    signIn: (email: string, password: string) => call<OpenedSession>('user', '/sessions', { body: { email, password } }),

    createProduct: (token: string, product: CreateProduct) => call<Product>('product', '/products', { token, body: product }),
    activate: (token: string, { id, version }: Product) =>
      call<Product>('product', `/products/${id}`, {
        method: 'PATCH',
        token,
        body: { status: 'active' },
        headers: { 'if-match': `"${version}"` },
      }),
    product: (token: string, id: string) => call<Product>('product', `/products/${id}`, { token }),
    changePrice: (token: string, { id, version }: Product, sku: string, price: Money) =>
      call<Product>('product', `/products/${id}/variants/${sku}`, {
        method: 'PUT',
        token,
        body: { price },
        headers: { 'if-match': `"${version}"` },
      }),
    archive: (token: string, id: string) => call<Product>('product', `/products/${id}/archive`, { token, method: 'POST' }),
    productsBySku: (skus: readonly string[]) =>
      call<Page<Product>>('product', `/products?limit=100&${skus.map((sku) => `sku=${sku}`).join('&')}`),

    warehouses: (token: string) => call<Page<Warehouse>>('inventory', '/warehouses?limit=100', { token }),
    createWarehouse: (token: string, name: string, priority: number) =>
      call<Warehouse>('inventory', '/warehouses', { token, body: { name, priority } }),
    receive: (token: string, sku: string, warehouseId: string, quantity: number, key: string) =>
      call<object>('inventory', `/stock/${sku}/receipts`, {
        token,
        body: { warehouseId, quantity, reason: 'delivery' },
        headers: { 'idempotency-key': key },
      }),
    stock: (sku: string) => call<StockLevel>('inventory', `/stock/${sku}`),
    reservation: (token: string, orderId: string) => call<Reservation>('inventory', `/reservations/${orderId}`, { token }),

    addPaymentMethod: (token: string, gatewayToken: string) =>
      call<PaymentMethod>('payment', '/payment-methods', { token, body: { token: gatewayToken } }),
    paymentMethods: (token: string) => call<Page<PaymentMethod>>('payment', '/payment-methods?limit=100', { token }),
    payments: (token: string, orderId: string) => call<Page<Payment>>('payment', `/payments?orderId=${orderId}`, { token }),

    placeOrder: (token: string, order: PlaceOrder, key: string) =>
      call<Order>('order', '/orders', { token, body: order, headers: { 'idempotency-key': key } }),
    order: (token: string, id: string) => call<Order>('order', `/orders/${id}`, { token }),
    timeline: (token: string, id: string) => call<Timeline>('order', `/orders/${id}/timeline`, { token }),
    cancel: (token: string, id: string) => call<Order>('order', `/orders/${id}/cancellation`, { token, method: 'POST' }),

    deadLetters: (service: ServiceName, token: string) =>
      call<Page<DeadLetterStatus>>(service, '/ops/dead-letters?limit=100', { token }),
    redrive: (service: ServiceName, token: string, id: string) =>
      call<DeadLetterStatus>(service, `/ops/dead-letters/${id}/redrive`, { token, method: 'POST' }),
    discard: (service: ServiceName, token: string, id: string, reason: string) =>
      call<DeadLetterStatus>(service, `/ops/dead-letters/${id}/discard`, { token, body: { reason } }),
  };
}

export type ShopClient = ReturnType<typeof shopClient>;
