import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { BROWSER_PATH, describeInBrowser } from '@souk/chassis/testing/in-browser';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type FakeShopOptions, startFakeShop } from '../support/fake-shop.ts';

/** Two cores are shared with other suites. Milliseconds. */
const LIMIT = { timeout: 40_000 };

interface Opening {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly view?: string;
}

describeInBrowser('an order in a browser', () => {
  let browser: Browser;
  const endings: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: BROWSER_PATH ?? 'chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  });
  afterEach(async () => {
    for (const end of endings.splice(0)) await end();
  });
  afterAll(() => browser?.close());

  /** An order that has just been placed, with the steps that are before it. */
  async function placed(kind: 'completes' | 'declined' | 'refunded', options: FakeShopOptions = {}, { width = 1280, colorScheme = 'light', view }: Opening = {}) {
    const shop = await startFakeShop({ orders: 2, ...options });
    const id = shop.world.place();
    const steps = shop.world.course(id, kind);
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
    endings.push(() => context.close(), () => shop.stop());
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${shop.url}?order=${id}${view === undefined ? '' : `&view=${view}`}`);
    await page.locator('.order-view h2').waitFor();
    return { shop, id, steps, page, errors };
  }

  const names = (page: Page, of: string) => page.locator(`${of} .saga-label code`).allTextContents();

  test('is drawn as it goes; what was to come becomes what has been', async () => {
    const { page, steps, errors } = await placed('completes');
    await page.locator('.is-coming').first().waitFor();
    expect(await names(page, '.is-coming')).toContain('payment.completed');
    for (const step of steps) step();
    await page.locator('.saga-now.is-over').waitFor();
    const been = await names(page, '.saga-row:not(.is-coming)');
    expect(been).toEqual(expect.arrayContaining(['POST /orders', 'order.created', 'inventory.reserved', 'order.ready_for_payment', 'payment.completed', 'order.completed']));
    expect(await names(page, '.is-coming')).toEqual(['order.shipped', 'order.delivered']);
    expect(errors).toEqual([]);
  }, LIMIT);

  test('is walked with the keyboard: arrows go from step to step, Enter opens, Esc closes and stays there', async () => {
    const { page, steps } = await placed('declined');
    for (const step of steps) step();
    await page.locator('.saga-now.is-over').waitFor();
    await page.locator('button.saga-step').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.locator('.message-panel pre').first().waitFor();
    const opened = new URL(page.url()).searchParams.get('message');
    expect(await page.locator('.message-panel dd code').first().textContent()).toBe(opened);
    await page.keyboard.press('Escape');
    await page.locator('.message-panel').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Order to Inventory: order.created');
    expect(new URL(page.url()).searchParams.has('order')).toBe(true);
  }, LIMIT);

  test('changes nothing in read-only mode, and says why', async () => {
    const { page } = await placed('completes', { mode: 'read-only' });
    expect(await page.getByRole('button', { name: 'Nudge' }).isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Compensate…' }).isDisabled()).toBe(true);
    expect(await page.locator('.order-actions').textContent()).toContain('This console is read-only');
  }, LIMIT);

  test('asks before it is cancelled, and says what will go back', async () => {
    const { page, steps } = await placed('completes');
    for (const step of steps) step();
    await page.locator('.saga-now.is-over').waitFor();
    await page.getByRole('button', { name: 'Compensate…' }).click();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Keep it');
    await page.keyboard.press('Enter');
    await page.locator('.confirm-inline').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Compensate…' }).click();
    await page.getByRole('button', { name: 'Cancel the order', exact: true }).click();
    await page.getByText('stock and money go back by themselves').waitFor();
  }, LIMIT);

  test('has no violation that axe calls serious, light and dark, wide and narrow, in all views', async () => {
    const { page, steps, id, shop } = await placed('refunded');
    for (const step of steps) step();
    await page.locator('.saga-now.is-over').waitFor();
    await page.evaluate(axe.source);
    for (const [width, colorScheme, query] of [[1280, 'light', ''], [390, 'dark', ''], [1280, 'dark', '&view=timeline'], [390, 'light', '&view=timeline'], [1280, 'light', '&view=raw'], [390, 'dark', '&message=placed']] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${shop.url}?order=${id}${query}`);
      await page.locator('.saga, .bars, .entries').first().waitFor();
      await page.evaluate(axe.source);
      const found = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run('.order-view');
        return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html).join(' ')}`);
      });
      expect(found).toEqual([]);
      expect(await page.evaluate(() => { const view = document.querySelector('.order-view'); return (view?.scrollWidth ?? 0) - (view?.clientWidth ?? 0); })).toBe(0);
    }
  }, LIMIT);
});
