import { connections, type Told } from './load/connections.ts';
import { latencies, type Percentiles } from './load/latencies.ts';
import { getText } from './load/order-request.ts';
import { shopClient } from '../../shop/shop-client.ts';
import type { BenchShop } from './shop/bench-shop.ts';
import { HOT_SKU } from './work/orders.ts';
import { PLAIN_SKU } from './work/plain-orders.ts';
import type { ServiceName } from '@souk/contracts/services';

/** One read that a shop answers all day long. */
interface Read {
  readonly name: string;
  readonly service: ServiceName;
  readonly path: (i: number) => string;
  readonly token?: string;
}

const TIMES = 200;
const WARM_UP_TIMES = 20;
const OWNER = { email: 'bench-0@souk.example', password: 'bench-password' };

/**
 * The same reads each time, one after the other, on an otherwise idle shop. Order by id and timeline read orders spread over
 * those stored last; the others read their first page.
 */
export async function fixedReads(shop: BenchShop, orders: readonly string[]): Promise<Record<string, Percentiles>> {
  const client = shopClient(shop.urls);
  const staff = (await client.signIn(shop.accounts.admin.email, shop.accounts.admin.password)).accessToken;
  const owner = (await client.signIn(OWNER.email, OWNER.password)).accessToken;
  const sku = await client.stock(PLAIN_SKU).then(() => PLAIN_SKU, () => HOT_SKU);
  const order = (i: number) => orders[Math.floor((i * orders.length) / TIMES) % Math.max(1, orders.length)] ?? '';
  const reads: readonly Read[] = [
    { name: 'order by id', service: 'order', path: (i) => `/orders/${order(i)}`, token: staff },
    { name: 'timeline', service: 'order', path: (i) => `/orders/${order(i)}/timeline`, token: staff },
    { name: 'own orders', service: 'order', path: () => '/orders', token: owner },
    { name: "staff's list by status", service: 'order', path: () => '/orders?status=completed&limit=100', token: staff },
    { name: 'stock level', service: 'inventory', path: () => `/stock/${sku}` },
    { name: 'stock levels', service: 'inventory', path: () => '/stock?limit=100', token: staff },
    { name: 'movements of a SKU', service: 'inventory', path: () => `/movements?sku=${sku}&limit=100`, token: staff },
    { name: 'payments of a user', service: 'payment', path: () => '/payments?limit=100', token: owner },
    { name: 'products', service: 'product', path: () => '/products?limit=100' },
    { name: 'products by price', service: 'product', path: () => '/products?sort=price&minPrice=1&limit=100' },
    { name: 'search of a common word', service: 'product', path: () => '/products?q=common&limit=100' },
    { name: 'search, by price', service: 'product', path: () => '/products?q=common&sort=price&limit=100' },
  ];
  const results: Record<string, Percentiles> = {};
  for (const read of reads) results[read.name] = await timed(shop, read);
  return results;
}

async function timed({ urls }: BenchShop, { name, service, path, token }: Read): Promise<Percentiles> {
  const lines = connections({ url: urls[service] });
  const { host } = new URL(urls[service]);
  const all = latencies();
  try {
    for (let i = -WARM_UP_TIMES; i < TIMES; i += 1) {
      const askedAt = performance.now();
      const told = await new Promise<Told>((resolve) => lines.send(getText({ path: path(Math.max(0, i)), host, token }), resolve));
      if (told.kind !== 'answered' || told.answer.status !== 200) {
        throw new Error(`${name} (${path(Math.max(0, i))}) was answered ${told.kind === 'answered' ? told.answer.status : told.why}`);
      }
      if (i >= 0) all.record(performance.now() - askedAt);
    }
    return all.percentiles();
  } finally {
    lines.close();
  }
}
