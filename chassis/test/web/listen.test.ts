import { afterEach, describe, expect, test } from 'bun:test';
import { networkInterfaces } from 'node:os';
import { listen, ListenError, type Listening } from '../../src/web/app/listen.ts';
import { router } from '../../src/web/app/router.ts';
import { codeOf, read, shop, type Shop } from './shop.ts';

const running: Listening[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((listening) => listening.stop()));
});

function started({ app }: Shop, options: { port?: number; opsPort?: number; hostname?: string; drainLimitMs?: number; shutdownDelayMs?: number } = {}): Listening {
  const listening = listen(app, { port: 0, hostname: '127.0.0.1', ...options });
  running.push(listening);
  return listening;
}

/** A route that answers when told to. */
function slowShop() {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  const routes = router().get('/slow', async () => {
    enter();
    await released;
    return { done: true };
  });
  return { slow: shop({ routes: [routes] }), entered, release };
}

describe('listening', () => {
  const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
  test.each([
    ['0.0.0.0', '0.0.0.0', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
    ...(hasIpv6 ? [['::', '[::]', '[::1]'] as const, ['::1', '[::1]', '[::1]'] as const] : []),
  ])('on %s reports its address, and a URL for callers on this machine', async (hostname, told, found) => {
    const { address, url, port } = started(shop(), { hostname });
    expect({ address, url }).toEqual({ address: `${told}:${port}`, url: `http://${found}:${port}` });
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  test('answers over a socket as it does without one', async () => {
    const { url, port } = started(shop());
    expect(url).toBe(`http://127.0.0.1:${port}`);
    const answer = await read(await fetch(`${url}/cups/12`));
    expect(codeOf(answer)).toBe('not-found');
  });

  test('a port in use is an error with a code', () => {
    const { port } = started(shop());
    let caught: unknown;
    try {
      started({ ...shop() }, {});
      listen(shop().app, { port, hostname: '127.0.0.1' });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ListenError);
    expect(caught).toMatchObject({ code: 'cannot-listen', reason: 'EADDRINUSE', port });
  });

  test('a body of unknown length is cut off at the limit', async () => {
    const { url } = started(shop());
    const chunks = (count: number) =>
      new ReadableStream({
        start(controller) {
          controller.enqueue('{"name":"');
          for (let n = 0; n < count; n += 1) controller.enqueue('x'.repeat(1024));
          controller.enqueue('","handles":1}');
          controller.close();
        },
      });
    const post = (body: ReadableStream) =>
      fetch(`${url}/open`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect((await post(chunks(60))).status).toBe(200);
    expect(codeOf(await read(await post(chunks(65))))).toBe('payload-too-large');
  });

  test('a very large body gets a problem document too', async () => {
    const { url } = started(shop());
    const body = new Uint8Array(8 * 1024 * 1024);
    const response = await fetch(`${url}/open`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(codeOf(await read(response))).toBe('payload-too-large');
  });
});

describe('stopping', () => {
  test('finishes running requests, accepts no new ones and closes the connections', async () => {
    const { slow, entered, release } = slowShop();
    const { url, stop } = started(slow);
    const answer = fetch(`${url}/slow`);
    await entered;
    const stopped = stop();
    expect(fetch(`${url}/livez`, { keepalive: false })).rejects.toThrow();
    release();
    const response = await answer;
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    expect(await response.json()).toEqual({ done: true });
    await stopped;
  });

  test('goes on serving during its delay, and reports that it is not ready', async () => {
    const { url, stop } = started(shop(), { shutdownDelayMs: 300 });
    const stopped = stop();
    const [ready, served] = await Promise.all([fetch(`${url}/readyz`), fetch(`${url}/cups`)]);
    expect([ready.status, served.status]).toEqual([503, 200]);
    expect(served.headers.get('connection')).toBe('close');
    await stopped;
    expect(await fetch(`${url}/livez`).catch(() => 'refused')).toBe('refused');
  });

  test('does not wait for idle connections', async () => {
    const { url, stop } = started(shop());
    await (await fetch(`${url}/livez`)).text();
    await stop();
  });

  test('waits no longer than its limit', async () => {
    const { slow, entered, release } = slowShop();
    const { url, stop } = started(slow, { drainLimitMs: 50 });
    const answer = Promise.allSettled([fetch(`${url}/slow`)]);
    await entered;
    await stop();
    release();
    const [result] = await answer;
    expect(result.status).toBe('rejected');
  });

  test('may be requested more than once', async () => {
    const { stop } = started(shop());
    await Promise.all([stop(), stop()]);
    await stop();
  });
});

describe('a port of its own for operators', () => {
  const ops = (options: { port?: number; opsPort?: number } = {}) => {
    const listening = started(shop({ routes: [router().get('/ops/outbox', () => ({ backlog: 0 })).get('/cups', () => [])] }), { opsPort: 0, ...options });
    return { listening, outside: listening.url, inside: `http://${listening.opsAddress}` };
  };
  const statusOf = async (url: string, method = 'GET') => (await fetch(url, { method })).status;

  test('has /metrics and /ops, and the public one does not, under no spelling', async () => {
    const { outside, inside } = ops();
    for (const path of ['/metrics', '/ops/outbox', '/metrics/', '/ops/outbox/']) {
      expect({ path, status: await statusOf(inside + path) }).toEqual({ path, status: 200 });
      expect({ path, status: await statusOf(outside + path) }).toEqual({ path, status: 404 });
      expect({ path, status: await statusOf(outside + path, 'DELETE') }).toEqual({ path, status: 404 });
      expect({ path, status: await statusOf(`${outside}${path}?a=/livez`) }).toEqual({ path, status: 404 });
    }
    for (const path of ['/%6dexport', '/%6detrics', '/%6fps/outbox', '//metrics', '//ops/outbox', '/./metrics', '/cups/../metrics', '/OPS/outbox', '/ops%2foutbox', '/ops']) {
      expect({ path, status: await statusOf(outside + path) }).toEqual({ path, status: 404 });
    }
  });

  test('has probes as the public one does, and nothing else', async () => {
    const { outside, inside } = ops();
    for (const path of ['/livez', '/readyz']) for (const at of [outside, inside]) expect(await statusOf(at + path)).toBe(200);
    expect(await statusOf(`${outside}/cups`)).toBe(200);
    for (const path of ['/cups', '/openapi.json', '/docs', '/']) {
      const answer = await read(await fetch(inside + path));
      expect(codeOf(answer)).toBe('not-found');
    }
  });

  test('closes with the other one', async () => {
    const { listening, outside, inside } = ops();
    await listening.stop();
    for (const at of [outside, inside]) expect(await fetch(`${at}/livez`).catch(() => 'closed')).toBe('closed');
  });

  test('leaves nothing open when it is in use', async () => {
    const { port: taken } = started(shop());
    const free = started(shop());
    await free.stop();
    const both = (options: { port: number; opsPort: number }) => () => listen(shop().app, { hostname: '127.0.0.1', ...options });
    expect(both({ port: free.port, opsPort: taken })).toThrow(ListenError);
    expect(both({ port: taken, opsPort: free.port })).toThrow(ListenError);
    started(shop(), { port: free.port });
    expect(await statusOf(`http://127.0.0.1:${free.port}/livez`)).toBe(200);
  });
});
