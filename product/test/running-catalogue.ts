import { createLogger } from '@souk/chassis/telemetry/logging';
import { createMetrics } from '@souk/chassis/telemetry/metrics';
import { AUDIENCE, ISSUER, tokenSigner } from '@souk/chassis/testing/access-tokens';
import { recordedLog } from '@souk/chassis/testing/recorded-log';
import { checkedFetch } from '@souk/chassis/testing/checked-fetch';
import type { CreateProduct, Product } from '@souk/contracts/http/product';
import type { Problem } from '@souk/contracts/problem';
import { createProductService } from '../src/service.ts';
import type { ProductDatabase } from './product-databases.ts';

/** The answer to a change: the product, or the problem. `status` is the product's. */
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
  /** The run whose database it shares, and that is closed after it; default: a new, empty one. */
  readonly beside?: { readonly database: ProductDatabase };
  readonly instance?: string;
}

/**
 * The service over a new database, or as another instance over an existing one. Requests reach it without a socket; tests about
 * sockets ask it at `url`.
 */
async function run(open: () => Promise<ProductDatabase>, { beside, instance = 'product-test' }: RunOptions) {
  const database = beside?.database ?? (await open());
  const store = beside === undefined ? database.store : database.another();
  const log = recordedLog();
  const { keys, bearer } = await tokenSigner();
  const service = createProductService({
    config: { host: '127.0.0.1', port: 0, paceMs: 1, shutdownDelayMs: 0, issuer: ISSUER, audience: AUDIENCE, instance },
    store,
    log,
    logger: createLogger({ service: 'product', level: 'silent' }),
    metrics: createMetrics({ service: 'product', ownsProcess: false }),
    keys,
  });
  const { url } = await service.start();
  const fetchChecked = checkedFetch(service);
  const ask = (path: string, init?: RequestInit) => fetchChecked(new Request(`${url}${path}`, init));
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
    const response = await ask(path, {
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

  /** Returns the response itself, for bodies that are not JSON. */
  function fetchAs(as: Caller, path: string, init: RequestInit = {}) {
    const headers = new Headers(init.headers);
    if (as !== 'anonymous') headers.set('authorization', tokens[as]);
    return ask(path, { ...init, headers });
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
    url,
    database,
    store,
    log,
    bearer,
    send,
    fetchAs,
    created,
    active,
    async close() {
      await service.close();
      await (beside === undefined ? database : store).close();
    },
  };
}

export type RunningCatalogue = Awaited<ReturnType<typeof run>>;
export type RunCatalogue = (options?: RunOptions) => Promise<RunningCatalogue>;

export function catalogueOn(open: () => Promise<ProductDatabase>): RunCatalogue {
  return (options = {}) => run(open, options);
}

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
