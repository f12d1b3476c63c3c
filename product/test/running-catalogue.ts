import { join } from 'node:path';
import { createLogger } from '@souk/chassis/logging';
import { createMetrics } from '@souk/chassis/metrics';
import { AUDIENCE, ISSUER, tokenSigner } from '@souk/chassis/testing/access-tokens';
import { recordedLog } from '@souk/chassis/testing/recorded-log';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import type { CreateProduct, Product } from '@souk/contracts/http/product';
import type { Problem } from '@souk/contracts/problem';
import { createProductService } from '../src/service.ts';
import { openSqliteProductStore } from '../src/storage/open-sqlite.ts';

/** What a change is answered with: the product, or why not. `status` is the product's. */
export type ProductReply = Product & Omit<Problem, 'status'>;

export type Caller = 'anonymous' | 'customer' | 'staff' | 'admin';

interface Reply<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

interface RequestOptions {
  readonly as?: Caller;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RunOptions {
  /** of another run, which removes it; default: a new one */
  readonly folder?: TemporaryFolder;
  readonly instance?: string;
}

/** The service on a port of its own, over a database in a new folder, or as another instance over one that is there. */
export async function runCatalogue({ folder, instance = 'product-test' }: RunOptions = {}) {
  const home = folder ?? temporaryFolder();
  const store = openSqliteProductStore({ path: join(home.path, 'product.db'), synchronous: 'NORMAL' });
  await store.migrate();
  const log = recordedLog();
  const { keys, bearer } = await tokenSigner();
  const service = createProductService({
    config: { host: '127.0.0.1', port: 0, paceMs: 1, issuer: ISSUER, audience: AUDIENCE, instance },
    store,
    log,
    logger: createLogger({ service: 'product', level: 'silent' }),
    metrics: createMetrics({ service: 'product', ownsProcess: false }),
    keys,
  });
  const { url } = await service.start();
  const tokens = {
    customer: await bearer(),
    staff: await bearer({ roles: ['customer', 'staff'] }),
    admin: await bearer({ roles: ['customer', 'admin'] }),
  };

  /** `body` is sent as JSON, text as it is. */
  async function send<Body = unknown>(
    method: string,
    path: string,
    { as = 'anonymous', body, headers = {} }: RequestOptions = {},
  ): Promise<Reply<Body>> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(as !== 'anonymous' && { authorization: tokens[as] }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }

  async function created(asked: Partial<CreateProduct> = {}): Promise<Product> {
    const { status, body } = await send<Product>('POST', '/products', { as: 'staff', body: aProduct(asked) });
    if (status !== 201) throw new Error(`not created: ${JSON.stringify(body)}`);
    return body;
  }

  async function active(asked: Partial<CreateProduct> = {}): Promise<Product> {
    const { id } = await created(asked);
    const options = { as: 'staff', body: { status: 'active' }, headers: { 'if-match': '"1"' } } as const;
    return (await send<Product>('PATCH', `/products/${id}`, options)).body;
  }

  return {
    folder: home,
    store,
    log,
    bearer,
    send,
    created,
    active,
    async close() {
      await service.close();
      await store.close();
      if (folder === undefined) home.remove();
    },
  };
}

export type RunningCatalogue = Awaited<ReturnType<typeof runCatalogue>>;

let skus = 0;

export function newSku(): string {
  skus += 1;
  return `SKU-${skus}`;
}

export function aProduct(changes: Partial<CreateProduct> = {}): CreateProduct {
  return { title: 'Teapot', variants: [{ sku: newSku(), price: eur(1999) }], ...changes };
}

export function eur(amount: number) {
  return { amount, currency: 'EUR' };
}
