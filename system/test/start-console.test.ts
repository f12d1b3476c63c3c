import { describe, expect, test } from 'bun:test';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import type { DemoByCurl, DemoOrder } from '@souk/console/demo';
import type { Session } from '@souk/console/session';
import type { Order } from '@souk/contracts/http/order';
import { embeddedRecords } from '../src/verify/embedded-records.ts';
import { broken, shopRests } from './support/rest.ts';
import { runStart } from './support/run-start.ts';
import { runningStart } from './support/running-start.ts';

/** A browser's session at the console. */
interface Visitor {
  readonly session: Session;
  ask(path: string, body?: object): Promise<Response>;
}

/** The origin and the token of the link in the first line. */
function linkIn(out: string): { readonly origin: string; readonly token: string } {
  const [, origin = '', token = ''] = /^Console +(http:\/\/127\.0\.0\.1:\d+)\/#once=([\w-]{43})\n/.exec(out) ?? [];
  return { origin, token };
}

async function visit(out: string): Promise<Visitor> {
  const { origin, token } = linkIn(out);
  const own = { origin, 'x-souk-console': '1', 'content-type': 'application/json' };
  const opened = await fetch(`${origin}/session/once`, { method: 'POST', headers: own, body: JSON.stringify({ token }) });
  if (opened.status !== 200) throw new Error(`${opened.status} ${await opened.text()}`);
  const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
  return {
    session: (await opened.json()) as Session,
    ask: (path, body) => fetch(`${origin}${path}`, { method: body === undefined ? 'GET' : 'POST', headers: { ...own, cookie }, ...(body && { body: JSON.stringify(body) }) }),
  };
}

describe('npm start opens the console', () => {
  test('its link is the first line, signs in once, and ends with the shop', async () => {
    using folder = temporaryFolder();
    await using shop = await runningStart({ parameters: ['--first-port', '0', '--data', folder.path] });
    const { origin, token } = linkIn(shop.out);
    expect(token).not.toBe('');
    const { session, ask } = await visit(shop.out);
    expect(session).toMatchObject({ email: 'admin@souk.example', mode: 'write', embedded: true });
    const { items } = (await (await ask('/api/order/orders')).json()) as { items: Order[] };
    expect(items).toHaveLength(3);
    expect(await visit(shop.out).catch(({ message }: Error) => message)).toMatch(/^410 /);
    expect(await shop.stop()).toBe(0);
    expect(await fetch(`${origin}/livez`).then(() => 'open', () => 'closed')).toBe('closed');
  }, 60_000);

  test('an empty shop fills itself with the first demo order, by a button and by one command; 20 a minute', async () => {
    using folder = temporaryFolder();
    await using shop = await runningStart({ parameters: ['--no-demo', '--first-port', '0', '--data', folder.path] });
    const { ask } = await visit(shop.out);
    expect(await (await ask('/api/order/orders')).json()).toMatchObject({ items: [] });
    const ends = async (id: string) => {
      const order = (await (await ask(`/api/order/orders/${id}`)).json()) as Order;
      return order.status !== 'placed' && order.status !== 'awaiting_payment' && [order.status, order.reason];
    };
    for (const [kind, end] of [['completes', ['completed', null]], ['out_of_stock', ['rejected', 'out_of_stock']], ['declined', ['cancelled', 'payment_declined']]] as const) {
      const placed = await ask('/demo/orders', { kind });
      expect(placed.status).toBe(202);
      const { orderId } = (await placed.json()) as DemoOrder;
      expect(await until(`${kind} ends`, () => ends(orderId))).toEqual([...end]);
    }
    const { curl } = (await (await ask('/demo/orders')).json()) as DemoByCurl;
    const pasted = Bun.spawn(['bash', '-euc', curl], { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' });
    const { orderId: byCommand } = (await pasted.stdout.json()) as DemoOrder;
    expect(await until('the order by command', () => ends(byCommand))).toEqual(['completed', null]);
    const more = await Promise.all(Array.from({ length: 20 }, () => ask('/demo/orders', { kind: 'completes' })));
    expect(more.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(3);
    const records = embeddedRecords(folder.path);
    await shopRests(records);
    expect(await shop.stop()).toBe(0);
    expect(await broken(records)).toEqual([]);
  }, 60_000);

  test('nobody else places demo orders: not without a session, not from another page, not at a shop whose host is named otherwise', async () => {
    using folder = temporaryFolder();
    await using shop = await runningStart({ parameters: ['--no-demo', '--first-port', '0', '--data', folder.path] });
    const { origin } = linkIn(shop.out);
    const { ask } = await visit(shop.out);
    const { curl } = (await (await ask('/demo/orders')).json()) as DemoByCurl;
    const authorization = /Bearer [\w-]{43}/.exec(curl)?.[0] ?? '';
    const post = async (headers: Readonly<Record<string, string>>) => {
      const answer = await fetch(`${origin}/demo/orders`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ kind: 'completes' }) });
      return answer.status;
    };
    expect(await post({})).toBe(403);
    expect(await post({ origin, 'x-souk-console': '1' })).toBe(401);
    expect(await post({ authorization: `Bearer ${'x'.repeat(43)}` })).toBe(403);
    expect(await post({ authorization, origin: 'https://evil.example' })).toBe(403);
    expect(await post({ authorization, host: 'evil.example' })).toBe(403);
    expect(await fetch(`${origin}/demo/orders`).then(({ status }) => status)).toBe(401);
    expect((await ask('/demo/orders', { kind: '<script>' })).status).toBe(422);
  }, 60_000);

  test('--no-console leaves it out', async () => {
    using folder = temporaryFolder();
    await using shop = await runningStart({ parameters: ['--no-demo', '--no-console', '--first-port', '0', '--data', folder.path] });
    expect(shop.out).not.toContain('Console');
    expect(shop.out).toStartWith('Souk is open');
  }, 60_000);

  test('a port that is taken is named before anything starts, with the cures', async () => {
    using folder = temporaryFolder();
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });
    const taken = other.port ?? 0;
    try {
      const { code, out, err } = await runStart('--first-port', String(taken + 1), '--data', folder.path);
      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(err).toBe(`port ${taken} is in use, where the console would be
Choose other ports (the console has the one before the first), or any free ones: npm start -- --first-port 0
Or leave the console out: npm start -- --no-console
`);
    } finally {
      await other.stop(true);
    }
  }, 30_000);
});
