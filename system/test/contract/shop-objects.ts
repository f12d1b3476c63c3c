import { randomUUID } from 'node:crypto';
import { gif } from '@souk/chassis/testing/sample-images';
import type { ServiceUrls, ShopClient } from '../../src/shop/shop-client.ts';
import { ADDRESS, orderOf, orderWhen, PRICE, stockUp } from '../support/ordering.ts';

/** One of everything, as ids for paths and bodies; the customer's, where it is somebody's. */
export interface ShopObjects {
  readonly product: string;
  readonly sku: string;
  readonly slug: string;
  readonly category: string;
  readonly image: string;
  readonly warehouse: string;
  readonly otherWarehouse: string;
  readonly order: string;
  readonly shipment: string;
  readonly paymentMethod: string;
  readonly payment: string;
  readonly refund: string;
  readonly session: string;
  readonly address: string;
  readonly user: string;
  readonly email: string;
  readonly password: string;
}

interface Makers {
  readonly staff: string;
  readonly customer: string;
  readonly email: string;
  readonly password: string;
}

const SKU = 'LAMP';

export async function shopObjects(client: ShopClient, urls: ServiceUrls, makers: Makers): Promise<ShopObjects> {
  const { staff, customer, email, password } = makers;
  const product = (await stockUp(client, staff, { [SKU]: [1000, 1000] })).get(SKU);
  if (product === undefined) throw new Error('the product is not there');
  const warehouses = (await client.warehouses(staff)).items.map(({ id }) => id);
  const method = await client.addPaymentMethod(customer, 'tok_ok');
  const { id } = await client.placeOrder(customer, orderOf(method.id, [SKU, 2]), randomUUID());
  const order = await orderWhen(client, customer, id, ({ status, paymentStatus }) => status === 'completed' && paymentStatus === 'paid');
  const payment = (await client.payments(customer, order.id)).items[0]?.id ?? '';
  const made = (url: string, token: string, body: object) => idOf(url, token, JSON.stringify(body), 'application/json');
  const user = await client.register(`${randomUUID()}@souk.example`, password, 'Somebody else');
  await client.signIn(email, password);
  const sessions = await read<{ items: { id: string; current: boolean }[] }>(`${urls.user}/sessions`, customer);
  return {
    product: product.id,
    sku: SKU,
    slug: product.slug,
    category: await made(`${urls.product}/categories`, staff, { name: 'Lights' }),
    image: await idOf(`${urls.product}/products/${product.id}/images`, staff, gif(1, 1), 'image/gif'),
    warehouse: warehouses[0] ?? '',
    otherWarehouse: warehouses[1] ?? '',
    order: order.id,
    shipment: order.shipments[0]?.id ?? '',
    paymentMethod: method.id,
    payment,
    refund: await made(`${urls.payment}/payments/${payment}/refunds`, staff, { amount: { ...PRICE, amount: 1 }, reason: 'a scratch' }),
    session: sessions.items.find(({ current }) => !current)?.id ?? '',
    address: await made(`${urls.user}/users/me/addresses`, customer, ADDRESS),
    user: user.id,
    email,
    password,
  };
}

async function idOf(url: string, token: string, body: string | Buffer, contentType: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': contentType, 'idempotency-key': randomUUID() };
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${text}`);
  return (JSON.parse(text) as { id: string }).id;
}

async function read<T>(url: string, token: string): Promise<T> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()) as T;
}
