import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { tcpProxy } from '@souk/chassis/testing/tcp-proxy';
import { until } from '@souk/chassis/testing/until';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { embeddedGround } from '../support/embedded-ground.ts';
import { message } from '../support/events.ts';
import { onEveryGround } from '../support/on-every-engine.ts';
import type { OpenShop } from '../support/open-shop.ts';
import { orderOf, orderWhen, PRICE, stockUp } from '../support/ordering.ts';
import { describeInBrowser } from '@souk/chassis/testing/in-browser';
import { watchedShop } from './support/watched-shop.ts';

/** A whole shop is started for each of these, in five processes where there are servers. */
const LIMIT_MS = 180_000;

const stocked = async ({ client, staff }: OpenShop) => void (await stockUp(client, staff, { LAMP: [500] }));

/** Places orders of one lamp; answers their ids. */
async function place({ client }: OpenShop, customer: string, methodId: string, count = 1): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push((await client.placeOrder(customer, orderOf(methodId, ['LAMP', 1]), randomUUID())).id);
  return ids;
}

async function buyer(shop: OpenShop, token = 'tok_ok') {
  const customer = await shop.customer();
  return { customer, methodId: (await shop.client.addPaymentMethod(customer, token)).id };
}

const row = (page: Page, id: string) => page.locator(`#order-${id}`);

describeInBrowser('the console', () => {
  onEveryGround('in a browser', (makeGround, isReal) => {
    test('shows an order as it happens, opens it by keys, and its URL names what is seen', async () => {
      await using watched = await watchedShop(makeGround, { before: stocked });
      const { shop } = watched;
      const { customer, methodId } = await buyer(shop);
      const page = await watched.page();
      const [id = ''] = await place(shop, customer, methodId);
      await row(page, id).waitFor();
      await orderWhen(shop.client, customer, id, ({ status }) => status === 'completed');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/?order=${id}`);
      const arrow = page.getByRole('button', { name: /inventory\.reserved/ }).first();
      await arrow.waitFor();
      await until('the receipts of all messages', async () => ((await page.getByText(/delivered (once|\d+ times|\dx), applied once/).count()) >= 4 ? true : undefined));
      await arrow.focus();
      await page.keyboard.press('Enter');
      await page.getByText('ce_type').first().waitFor({ state: 'attached' });
      expect(page.url()).toContain('message=');
      // The same place in another browser, from its URL alone.
      const other = await watched.page(new URL(page.url()).search);
      await other.getByText('ce_type').first().waitFor({ state: 'attached' });
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.waitForURL(`${watched.origin}/`);
      expect(watched.complaints).toEqual([]);
    }, LIMIT_MS);

    test('loses no order and doubles none while its link breaks again and again', async () => {
      await using watched = await watchedShop(makeGround, { before: stocked });
      const { shop } = watched;
      const { customer, methodId } = await buyer(shop);
      const proxy = await tcpProxy({ host: '127.0.0.1', port: Number(new URL(watched.origin).port) });
      try {
        const page = await watched.page('/', { origin: `http://127.0.0.1:${proxy.port}` });
        const placed: string[] = [];
        for (let loss = 0; loss < 8; loss += 1) {
          placed.push(...(await place(shop, customer, methodId, 2)));
          if (loss === 3) proxy.set('away');
          else proxy.cut();
          placed.push(...(await place(shop, customer, methodId)));
          proxy.set('forward');
        }
        for (const id of placed) await row(page, id).locator('.is-done').nth(3).waitFor();
        const shown = await page.locator('[role=option]').evaluateAll((rows) => rows.map(({ id }) => id.replace('order-', '')));
        expect(shown).toEqual(placed.toReversed());
      } finally {
        await proxy.close();
      }
    }, LIMIT_MS);

    test('redrives one dead letter by keys, and a group at a canary pace that halts at the first failure', async () => {
      const sale = () => {
        const orderId = Bun.randomUUIDv7();
        return { orderId, userId: Bun.randomUUIDv7(), items: [{ sku: 'LAMP', quantity: 1 }], total: PRICE };
      };
      const sales = Array.from({ length: 9 }, sale);
      const known = sales.filter((_, n) => n !== 4);
      // Sales that arrive before their orders are dead letters of Inventory; once it knows the orders, a redrive applies them.
      const before = async (shop: OpenShop) => {
        await stocked(shop);
        await shop.hears(sales.map((data) => message('order.completed', data.orderId, data, 3)));
        await shop.hears(known.map((data) => message('order.created', data.orderId, data)));
      };
      await using watched = await watchedShop(makeGround, { before });
      const { shop } = watched;
      for (const { orderId } of known) await until('a reservation', async () => (await shop.client.reservation(shop.staff, orderId).catch(() => undefined))?.status);
      const page = await watched.page('/?drawer=letters');
      await page.getByText('order.completed').first().waitFor();

      const { items } = await shop.client.deadLetters('inventory', shop.staff);
      const letter = items.find(({ key }) => key === known[0]?.orderId);
      await page.goto(`/?drawer=letters&item=${encodeURIComponent(`inventory/${letter?.group}/${letter?.id}/${letter?.key}`)}`);
      await page.getByText(letter?.key ?? '').first().waitFor();
      await page.keyboard.press('r');
      await page.getByText(/^applied/i).first().waitFor();
      expect(await shop.client.reservation(shop.staff, letter?.key ?? '')).toMatchObject({ status: 'committed' });

      const { group } = letter ?? { group: '' };
      const answer = await page.request.post('/api/redrives', { headers: watched.ownHeaders, data: { service: 'inventory', letters: { group }, dryRun: false } });
      expect(answer.status()).toBe(202);
      const { id } = (await answer.json()) as { id: string };
      const ended = await until('the end of the campaign', async () => {
        const campaign = (await (await page.request.get(`/api/redrives/${id}`)).json()) as { state: string; failed: number; applied: number; total: number };
        return campaign.state === 'running' ? undefined : campaign;
      });
      expect(ended).toMatchObject({ state: 'halted', failed: 1, total: 8 });
      await page.goto('/?drawer=redrives');
      await page.getByText(/halted/i).first().waitFor();
      expect(watched.complaints).toEqual([]);
    }, LIMIT_MS);

    test('shows hostile names and causes as text', async () => {
      const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>\u202E"\'</style>';
      const before = async (shop: OpenShop) => {
        await stocked(shop);
        const draft = await shop.client.createProduct(shop.staff, { title: hostile.replaceAll('\u202E', ''), variants: [{ sku: 'HOSTILE-1', price: PRICE }] });
        await shop.client.activate(shop.staff, draft);
        const [warehouse] = (await shop.client.warehouses(shop.staff)).items;
        await shop.client.receive(shop.staff, 'HOSTILE-1', warehouse?.id ?? '', 5, randomUUID());
        await shop.hears([{ ...message('payment.completed', hostile, { orderId: Bun.randomUUIDv7(), paymentId: Bun.randomUUIDv7(), amount: PRICE, capturedAt: new Date().toISOString() }), key: hostile }, { topic: 'inventory.reserved', key: hostile, value: `{"${hostile}`, headers: {} }]);
      };
      await using watched = await watchedShop(makeGround, { before });
      const { shop } = watched;
      const { customer, methodId } = await buyer(shop);
      const { id } = await shop.client.placeOrder(customer, orderOf(methodId, ['HOSTILE-1', 1]), randomUUID());
      const page = await watched.page(`/?order=${id}`);
      await page.getByText('onerror', { exact: false }).first().waitFor();
      for (const drawer of ['letters', 'parked', 'stuck', 'stock', 'payments', 'redrives']) {
        await page.goto(`/?order=${id}&drawer=${drawer}&item=${encodeURIComponent(hostile)}`);
        await page.locator('.drawer-space').waitFor();
        await Bun.sleep(300);
      }
      await page.goto(`/?sku=${encodeURIComponent(hostile)}&status=${encodeURIComponent(hostile)}&message=${encodeURIComponent(hostile)}&order=${encodeURIComponent(hostile)}`);
      await page.locator('.top').waitFor();
      expect(await page.locator('img[src="x"], script:not([src])').count()).toBe(0);
      expect(watched.complaints).toEqual([]);
    }, LIMIT_MS);

    test('lets no other page change anything, nor anybody when it is read-only', async () => {
      await using watched = await watchedShop(makeGround, { before: stocked, mode: isReal ? 'read-only' : 'write' });
      const { shop, origin } = watched;
      const { customer, methodId } = await buyer(shop);
      const [id = ''] = await place(shop, customer, methodId);
      await orderWhen(shop.client, customer, id, ({ status }) => status === 'completed');
      const cancel = `${origin}/api/order/orders/${id}/cancellation`;

      // Another port of the same host is the same site, so the browser does send the cookie along.
      const attacker = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response(`<!doctype html><form method=post action="${cancel}"><input type=submit></form>`, { headers: { 'content-type': 'text/html' } }) });
      try {
        const context = await watched.browser();
        const foreign = await context.newPage();
        await foreign.goto(attacker.url.href);
        const asked = await foreign.evaluate(async (url) => {
          const ways: RequestInit[] = [{}, { headers: { 'x-souk-console': '1' } }, { mode: 'no-cors' }, { mode: 'no-cors', headers: { 'content-type': 'text/plain' }, body: '{}' }];
          return Promise.all(ways.map((way) => fetch(url, { method: 'POST', credentials: 'include', ...way }).then(({ status, type }) => `${status} ${type}`, () => 'blocked')));
        }, cancel);
        expect(asked).toEqual(['blocked', 'blocked', '0 opaque', '0 opaque']);
        await Promise.all([foreign.waitForURL('**/cancellation'), foreign.locator('input[type=submit]').click()]);
        expect(await foreign.content()).toContain('urn:souk:problem:');
        // Nor may it be shown within another page.
        expect((await context.request.get(origin)).headers()['content-security-policy']).toContain("frame-ancestors 'none'");
      } finally {
        await attacker.stop(true);
      }
      const own = await fetch(cancel, { method: 'POST', headers: { ...watched.ownHeaders, cookie: await watched.cookie(), 'idempotency-key': randomUUID() }, body: '{}' });
      expect(own.status).toBe(isReal ? 403 : 202);
      await orderWhen(shop.client, customer, id, ({ status }) => status === (isReal ? 'completed' : 'cancelled'));
    }, LIMIT_MS);
  });

  // The page is the same whatever is behind it, so this is tried on one shop.
  test('has no serious fault of access in any of its states, light and dark, wide and narrow', async () => {
    const before = async (shop: OpenShop) => {
      await stocked(shop);
      await shop.hears([{ topic: 'inventory.reserved', key: 'x', value: '{', headers: {} }]);
    };
    await using watched = await watchedShop(embeddedGround, { before, embedded: true });
    const { shop } = watched;
    const good = await buyer(shop);
    const [id = ''] = await place(shop, good.customer, good.methodId);
    const poor = await buyer(shop, 'tok_declined');
    const [declined = ''] = await place(shop, poor.customer, poor.methodId);
    await orderWhen(shop.client, poor.customer, declined, ({ status }) => status === 'cancelled');
    const places = ['/', `/?order=${id}`, `/?order=${declined}&view=timeline`, '/?drawer=letters', '/?drawer=stock', '/?drawer=stuck', '/?drawer=payments', '/?drawer=help', '/?drawer=faults'];
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 390]) {
        const context = await watched.browser({ width, colorScheme });
        const page = await context.newPage();
        for (const where of places) {
          await page.goto(where);
          await page.locator('.link-state.is-done').waitFor();
          await Bun.sleep(700);
          found.push(...(await faults(page)).map((fault) => `${where} ${colorScheme} ${width}: ${fault}`));
          expect(await page.locator('html').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
        }
        await context.close();
      }
    }
    const signedOut = await (await watched.browser({ signedIn: false, width: 390 })).newPage();
    await signedOut.goto('/');
    await signedOut.locator('form').waitFor();
    found.push(...(await faults(signedOut)));
    expect(found).toEqual([]);
  }, LIMIT_MS);
});

/** Serious and critical findings of axe. Its script is evaluated from outside of the page, whose policy lets no other script in. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as { axe: { run(): Promise<{ violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[] }> } };
    const { violations } = await tool.run();
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}
