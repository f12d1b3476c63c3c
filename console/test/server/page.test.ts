import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { pageFiles } from '../../src/server/browser-files.ts';
import { codeOf, type RunningConsole, runningConsole } from './running-console.ts';

describe('the page', () => {
  let running: RunningConsole;
  beforeAll(async () => {
    running = await runningConsole({ page: pageFiles });
  });
  afterAll(() => running.stop());

  const get = (path: string, headers: Readonly<Record<string, string>> = {}) => fetch(`${running.url}${path}`, { headers, decompress: false });

  async function linked(): Promise<readonly string[]> {
    const html = await (await fetch(running.url)).text();
    return [...html.matchAll(/(?:src|href)="(\/page-[^"]+)"/g)].map(([, path = '']) => path);
  }

  test('comes compressed, with a tag by which it is not sent twice', async () => {
    const answer = await get('/', { 'accept-encoding': 'gzip, br' });
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('vary')).toBe('Accept-Encoding');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
    const etag = answer.headers.get('etag') ?? '';
    expect(await get('/', { 'accept-encoding': 'gzip', 'if-none-match': etag })).toMatchObject({ status: 304 });
    // Other bytes have another tag.
    expect((await get('/', { 'accept-encoding': 'identity' })).headers.get('etag')).not.toBe(etag);
    expect((await get('/', { 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding')).toBeNull();
  });

  test('has files whose names change with them, and which a browser keeps', async () => {
    const paths = await linked();
    expect(paths.length).toBeGreaterThan(1);
    for (const path of paths) expect((await get(path)).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  test('loads from its own origin alone, runs no script of a text, and stands in no frame', async () => {
    const { headers } = await get('/');
    expect(headers.get('content-security-policy')).toBe("default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    const html = await (await fetch(running.url)).text();
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=|https?:/);
  });

  test('is at most 60 kB in all, compressed', async () => {
    const paths = ['/', ...(await linked())];
    const sizes = await Promise.all(paths.map(async (path) => (await (await get(path, { 'accept-encoding': 'gzip' })).arrayBuffer()).byteLength));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(60_000);
  });

  test('of another path is 404', async () => {
    for (const path of ['/index.html', '/etc/passwd', '/src/page/main.tsx', '/openapi.json']) expect(await codeOf(await get(path))).toBe('404 not-found');
  });

  test('that cannot be made is 503, and made again at the next request', async () => {
    let isBroken = true;
    const broken = await runningConsole({
      page: async () => {
        if (isBroken) throw new Error('a comma is missing');
        return new Map();
      },
    });
    expect(await codeOf(await fetch(broken.url))).toBe('503 unavailable');
    expect(broken.log()).toContain('a comma is missing');
    isBroken = false;
    expect(await codeOf(await fetch(broken.url))).toBe('404 not-found');
    await broken.stop();
  });
});

describe('the API reference', () => {
  test('has documents for those who are signed in, with the console as their server', async () => {
    const { browser, shop, stop } = await runningConsole();
    shop.answer(({ path }) => (path === '/openapi.json' ? Response.json({ openapi: '3.1.0', servers: [{ url: '/' }] }) : undefined));
    const one = browser();
    expect(await codeOf(await one.ask('GET', '/reference/order.json'))).toBe('401 unauthenticated');
    await one.signIn();
    expect(await (await one.ask('GET', '/reference/order.json')).json()).toEqual({ openapi: '3.1.0', servers: [{ url: '/api/order' }] });
    expect(await codeOf(await one.ask('GET', '/reference/gateway.json'))).toBe('404 not-found');
    expect((await one.ask('GET', '/reference')).headers.get('content-security-policy')).not.toContain('script-src');
    await stop();
  });
});
