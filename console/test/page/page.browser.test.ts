import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { BROWSER_PATH, describeInBrowser } from '@souk/chassis/testing/in-browser';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type FakeShopOptions, startFakeShop } from '../support/fake-shop.ts';

/** A test of the whole page may take so long, in milliseconds: two cores are shared with other suites. */
const LIMIT = { timeout: 40_000 };

interface Opening {
  readonly path?: string;
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly bypassCSP?: boolean;
}

describeInBrowser('the page', () => {
  let browser: Browser;
  const endings: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: BROWSER_PATH ?? 'chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  });
  afterEach(async () => {
    for (const end of endings.splice(0)) await end();
  });
  afterAll(() => browser?.close());

  async function open(options: FakeShopOptions = {}, { path = '', width = 1280, colorScheme = 'light', bypassCSP = false }: Opening = {}) {
    const shop = await startFakeShop(options);
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP });
    endings.push(() => context.close(), () => shop.stop());
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(shop.url + path);
    return { shop, page, errors };
  }

  test('says within 6 s that a silent link is lost, and when it is back', async () => {
    const { shop, page } = await open();
    await said(page, '.link-state', 'live');
    // The last byte came at the latest now.
    shop.silence(true);
    const silentSince = Date.now();
    await said(page, '.link-state', 'link lost since');
    expect(Date.now() - silentSince).toBeLessThan(6000);
    shop.silence(false);
    await said(page, '.link-state', 'live');
  }, LIMIT);

  test('misses no order and doubles none in 20 losses of the link', async () => {
    const { shop, page, errors } = await open({ orders: 5 });
    await said(page, '.link-state', 'live');
    const placed: string[] = [];
    for (let loss = 0; loss < 20; loss++) {
      placed.push(shop.start(loss % 2 === 0 ? 'completes' : 'declined', 15));
      shop.cut(loss % 4 === 3);
      placed.push(shop.start('short', 15));
      await Bun.sleep(30);
      shop.cut(false);
    }
    const last = shop.start('completes', 5);
    await page.locator(`#order-${last} .is-done`).nth(3).waitFor();
    const ids = await page.locator('.row').evaluateAll((rows) => rows.map((row) => row.id.replace('order-', '')));
    expect(ids).toEqual(shop.world.newestFirst().map(({ id }) => id));
    expect(new Set(ids).size).toBe(placed.length + 6);
    for (const id of placed) await page.locator(`#order-${id} .duration:not(:text("so far"), :text("just now"))`).waitFor();
    expect(errors).toEqual([]);
  }, LIMIT);

  test('draws the steps of an order as they are told', async () => {
    const { shop, page } = await open({ orders: 3 });
    await said(page, '.link-state', 'live');
    const id = shop.world.place();
    const cells = page.locator(`#order-${id} .strip g`);
    await page.locator(`#order-${id}`).waitFor();
    const looks = () => cells.evaluateAll((groups) => groups.map((group) => group.getAttribute('class')?.replace('is-', '')).join(' '));
    expect(await looks()).toBe('done half empty empty empty');
    for (const step of shop.world.course(id, 'declined')) step();
    await page.locator(`#order-${id} .reason`).waitFor();
    await until(async () => (await looks()) === 'done undone failed never never');
    expect(await page.locator(`#order-${id}`).textContent()).toContain('card declined');
  }, LIMIT);

  test('lets new orders wait while the list is scrolled, until a click', async () => {
    const { shop, page } = await open({ orders: 60 });
    await said(page, '.link-state', 'live');
    await page.locator('.list-scroll').evaluate((box) => { box.scrollTop = 900; });
    await page.locator('.row').nth(20).waitFor();
    const before = await page.locator('.row').first().getAttribute('id');
    for (let n = 0; n < 7; n++) shop.start('completes', 10);
    await said(page, '.newer', '7 new');
    expect(await page.locator('.row').first().getAttribute('id')).toBe(before);
    await page.click('.newer button');
    await until(async () => (await page.locator('.row').first().getAttribute('id')) === `order-${shop.world.newestFirst()[0]?.id}`);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('orders');
  }, LIMIT);

  test('stands still while it is frozen, and then catches up', async () => {
    const { shop, page } = await open({ orders: 10 });
    await said(page, '.link-state', 'live');
    await page.keyboard.press('Space');
    await said(page, '.freeze', 'Frozen');
    const before = await page.locator('.orders').innerHTML();
    const id = shop.start('short', 10);
    await said(page, '.freeze', '3 waiting');
    await Bun.sleep(1200);
    expect(await page.locator('.orders').innerHTML()).toBe(before);
    await page.keyboard.press('Space');
    await page.locator(`#order-${id} .reason`).waitFor();
    await said(page, '.freeze', 'Freeze');
  }, LIMIT);

  test('is walked with the keyboard alone', async () => {
    const { page } = await open({ orders: 30 });
    await page.locator('.row').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('k');
    const second = await page.locator('.row').nth(1).getAttribute('id');
    expect(await page.getAttribute('#orders', 'aria-activedescendant')).toBe(second);
    await page.keyboard.press('Enter');
    expect(new URL(page.url()).searchParams.get('order')).toBe(second?.replace('order-', '') ?? '');
    expect(await page.locator(`#${second}`).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Escape');
    expect(new URL(page.url()).search).toBe('');
    await page.keyboard.press('?');
    await page.locator('dialog.help').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog.help').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('orders');
    await page.keyboard.press('/');
    await page.keyboard.type('status:cancelled older:1m');
    await page.keyboard.press('Enter');
    await until(() => new URL(page.url()).search === '?status=cancelled&olderThan=60');
    await page.locator('.chip').first().waitFor();
    await until(async () => (await page.locator('.row .reason').count()) === (await page.locator('.row').count()));
    await page.locator('.chip').first().click();
    await until(() => new URL(page.url()).search === '?olderThan=60');
  }, LIMIT);

  test('keeps the row that the arrows have reached while others come', async () => {
    const { shop, page } = await open({ orders: 30 });
    await said(page, '.link-state', 'live');
    for (let n = 0; n < 3; n++) await page.keyboard.press('ArrowDown');
    const reached = await page.getAttribute('#orders', 'aria-activedescendant');
    for (let n = 0; n < 5; n++) shop.start('completes', 10);
    await said(page, '.newer', '5 new');
    expect(await page.getAttribute('#orders', 'aria-activedescendant')).toBe(reached);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('orders');
  }, LIMIT);

  test('asks for a password, then for a code, and keeps the place', async () => {
    const { page } = await open({ signedIn: false }, { path: '?status=rejected' });
    await page.fill('[name=email]', 'olga@souk.example');
    await page.fill('[name=password]', 'wrong');
    await page.keyboard.press('Enter');
    await said(page, '.refused', 'E-mail or password is wrong');
    await page.fill('[name=password]', 'second');
    await page.keyboard.press('Enter');
    await page.fill('[name=code]', '123456');
    await page.keyboard.press('Enter');
    await page.locator('.row .is-rejected').first().waitFor();
    expect(new URL(page.url()).search).toBe('?status=rejected');
  }, LIMIT);

  test('takes the token of a one-time link out of the URL, whether it is good or not', async () => {
    for (const [token, shows] of [['good', '.row'], ['spent', '.refused']] as const) {
      const { page } = await open({ signedIn: false }, { path: `?status=rejected#once=${token}` });
      await page.locator(shows).first().waitFor();
      expect(new URL(page.url()).hash).toBe('');
      expect(new URL(page.url()).search).toBe('?status=rejected');
    }
  }, LIMIT);

  test('goes to the sign-in when the session ends, and back to the same place', async () => {
    const { shop, page } = await open({ orders: 10 }, { path: '?status=completed' });
    await page.locator('.row').first().waitFor();
    shop.signOut();
    shop.cut(false);
    await page.locator('.sign-in [name=email]').waitFor();
    expect(await page.locator('.row').count()).toBe(0);
    await page.fill('[name=email]', 'olga@souk.example');
    await page.fill('[name=password]', 'right');
    await page.keyboard.press('Enter');
    await page.locator('.row').first().waitFor();
    expect(new URL(page.url()).search).toBe('?status=completed');
  }, LIMIT);

  test('of an empty shop places a demo order', async () => {
    const { page } = await open({ orders: 0 });
    await page.click('text=Place a demo order');
    await page.locator('.row').first().waitFor();
    await until(() => new URL(page.url()).searchParams.has('order'));
  }, LIMIT);

  test('shows whatever a title holds as text', async () => {
    const { page, errors } = await open({ orders: 10 });
    await page.locator('.goods', { hasText: '<b>tea</b>' }).first().waitFor();
    expect(await page.locator('.goods b').count()).toBe(0);
    expect(errors).toEqual([]);
  }, LIMIT);

  test('reads older orders as the list is scrolled, up to its limit', async () => {
    const { page } = await open({ orders: 620 });
    await page.locator('.row').first().waitFor();
    await until(async () => {
      await page.locator('.list-scroll').evaluate((box) => { box.scrollTop = box.scrollHeight; });
      return (await page.locator('.row').count()) === 500;
    });
    await said(page, '.list-end', '500 orders are shown at most');
    await page.click('text=Show older ones instead');
    await until(async () => (await page.locator('.row').count()) === 50);
    expect(await page.locator('.list-scroll').evaluate((box) => box.scrollTop)).toBe(0);
  }, LIMIT);

  for (const width of [1280, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`has no serious finding of axe, ${width} px wide, ${colorScheme}`, async () => {
        const axe = await Bun.file(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir)).text();
        const find = async (options: FakeShopOptions, path: string, shows: string) => {
          // The checker is put into the page as a script, which the page's own policy forbids.
          const { page } = await open(options, { path, width, colorScheme, bypassCSP: true });
          await page.locator(shows).first().waitFor();
          await page.evaluate(axe);
          const found = await page.evaluate(async () => {
            const { violations } = await (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe.run();
            return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`);
          });
          return found;
        };
        expect(await find({ orders: 0, well: true }, '', '.empty-shop')).toEqual([]);
        expect(await find({ orders: 40 }, '', '.row')).toEqual([]);
        expect(await find({ orders: 40 }, '?status=cancelled&olderThan=60', '.chip')).toEqual([]);
        expect(await find({ orders: 5 }, '?drawer=help', 'dialog.help')).toEqual([]);
        expect(await find({ signedIn: false }, '', '.sign-in form')).toEqual([]);
      }, LIMIT);
    }
  }
});

async function said(page: Page, selector: string, text: string): Promise<void> {
  await page.locator(selector, { hasText: text }).first().waitFor({ timeout: 15_000 });
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const limit = Date.now() + 15_000;
  while (!(await isSo())) {
    if (Date.now() > limit) throw new Error(`Not so after 15 s: ${isSo.toString()}`);
    await Bun.sleep(20);
  }
}
