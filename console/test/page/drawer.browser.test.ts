import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test';
import { BROWSER_PATH, describeInBrowser } from '@souk/chassis/testing/in-browser';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type FakeShopOptions, startFakeShop } from '../support/fake-shop.ts';

/** A test of the whole page may take so long, in milliseconds: two cores are shared with other suites. */
const LIMIT = { timeout: 60_000 };

interface Opening {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly bypassCSP?: boolean;
}

const PANELS = ['letters', 'parked', 'stuck', 'stock', 'stock&item=MUG-BLUE', 'stock&item=LAMP-01', 'payments', 'payments&item=refunds', 'faults', 'redrives'];
const LOOKS = [[1280, 'light'], [1280, 'dark'], [390, 'light'], [390, 'dark']] as const;

describeInBrowser('the drawer', () => {
  let browser: Browser;
  const endings: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: BROWSER_PATH ?? 'chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  });
  afterEach(async () => {
    for (const end of endings.splice(0)) await end();
  });
  afterAll(() => browser?.close());

  async function open(path: string, options: FakeShopOptions = {}, { width = 1280, colorScheme = 'light', bypassCSP = false }: Opening = {}) {
    const shop = await startFakeShop({ orders: 20, ...options });
    const context = await browser.newContext({ viewport: { width, height: 850 }, colorScheme, bypassCSP });
    endings.push(() => context.close(), () => shop.stop());
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('dialog', (dialog) => {
      errors.push(`a script of a message ran: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(shop.url + path);
    return { shop, page, errors };
  }

  test('redrives one letter with two keys, and keeps its receipt', async () => {
    const { page, errors } = await open('?drawer=letters');
    await page.locator('.group', { hasText: 'not JSON' }).locator('a').first().click();
    await page.locator('.letter').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('r');
    await said(page, '.letter-receipt', /applied .* by you/);
    expect(errors).toEqual([]);
  }, LIMIT);

  test('says that a letter failed again, and leaves it dead', async () => {
    const { page } = await open('?drawer=letters');
    await page.locator('.group', { hasText: 'does not know the reservation' }).locator('a').first().click();
    await page.locator('.letter').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.facts').first().waitFor();
    await page.keyboard.press('t');
    await said(page, '.trial', /would fail again/);
    await page.keyboard.press('r');
    await said(page, '.receipts', /failed again .* by you/);
    await said(page, '.facts', /dead/);
  }, LIMIT);

  test('discards a letter with a reason, by keyboard alone', async () => {
    const { page } = await open('?drawer=letters');
    await page.locator('.group').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.letter').first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.facts').first().waitFor();
    await page.keyboard.press('d');
    await page.locator('dialog textarea:focus').waitFor();
    await page.keyboard.type('made by a <b>test</b>');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await said(page, '.receipts', /discarded .* by you made by a <b>test<\/b>/);
  }, LIMIT);

  test('redrives a group after a dry run, and halts at the first letter that fails again', async () => {
    const { page } = await open('?drawer=letters');
    await page.locator('.group', { hasText: 'not JSON' }).getByRole('button').click();
    await said(page, 'dialog .forecast', /19 would be applied.*6 are applied already.*1 would fail again/s);
    await page.locator('dialog .primary').click();
    await said(page, '.ending', /Halted.*letters were not touched/s);
    expect(new URL(page.url()).searchParams.get('drawer')).toBe('redrives');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /Save the receipts/ }).click()]);
    const saved = (await Bun.file(await download.path()).json()) as { state: string; letters: { outcome: string }[] };
    expect(saved.state).toBe('halted');
    expect(saved.letters.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1);
  }, LIMIT);

  test('stops a campaign that runs', async () => {
    const { page } = await open('?drawer=letters');
    await page.getByRole('button', { name: 'Redrive by filter…' }).click();
    await page.locator('dialog select[name=service]').selectOption('inventory');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Begin with a dry run' }).click();
    await page.locator('dialog .primary', { hasText: 'Redrive 60 letters' }).click();
    await page.locator('.verbs', { hasText: 'Stop' }).waitFor();
    await page.keyboard.press('s');
    await said(page, '.ending', /Stopped/);
  }, LIMIT);

  test('opens the ledger that stock adds up from, and shows a difference in red', async () => {
    const { shop, page } = await open('?drawer=stock&item=MUG-BLUE');
    await said(page, '.ending', /It adds up/);
    await page.goto(`${shop.url}?drawer=stock&item=LAMP-01`);
    await said(page, '.ending.is-halted', /does not add up.*on hand: the stock says 27, the ledger 30: \+3/s);
    await page.goto(`${shop.url}?drawer=stock&item=TEA-EARL-GREY`);
    await said(page, '.ending', /Not all of the ledger is read.*2,000 lines/s);
    await page.getByRole('button', { name: 'Read older lines' }).first().click();
    await said(page, '.ending', /It adds up.*2,401 lines/s);
  }, LIMIT);

  test('says what a compensation takes back before it is done', async () => {
    const { page } = await open('?drawer=stuck', { orders: 60 });
    await page.locator('.stuck', { hasText: 'awaiting payment' }).first().getByRole('button', { name: /Compensate/ }).click();
    await said(page, 'dialog .undone', /units? that Inventory holds (is|are) on sale again.*The open charge of/s);
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    expect(page.url()).toContain('drawer=stuck');
  }, LIMIT);

  test('keeps showing the others when a service is stopped, and says which one is away', async () => {
    const { shop, page } = await open('?drawer=faults');
    await page.getByRole('button', { name: /Stop it : Payment/ }).click();
    await said(page, '.active-faults', /Payment is stopped; ends in/);
    await page.goto(`${shop.url}?drawer=parked`);
    await said(page, '.panel', /Payment does not answer/);
    await said(page, '.panel', /catalogue copy is being rebuilt/);
  }, LIMIT);

  test('changes nothing in read-only mode, and says why', async () => {
    const { page } = await open('?drawer=letters', { mode: 'read-only' });
    await said(page, '.read-only', /read-only/);
    const button = page.locator('.group').first().getByRole('button');
    await button.waitFor();
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    await button.click({ force: true });
    expect(await page.locator('dialog[open]').count()).toBe(0);
  }, LIMIT);

  test('is closed by Esc', async () => {
    const { page } = await open('?drawer=parked');
    await page.locator('.parked').first().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.drawer').waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('');
  }, LIMIT);

  test.each(LOOKS)('has no serious fault of accessibility in any panel, %i px wide, %s', async (width, colorScheme) => {
    const { shop, page, errors } = await open('', {}, { width, colorScheme, bypassCSP: true });
    const axe = await Bun.file(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir)).text();
    for (const panel of PANELS) {
      await page.goto(`${shop.url}?drawer=${panel}`);
      await page.locator('.panel h2').waitFor();
      await page.locator('.busy').first().waitFor({ state: 'detached' });
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { axe: judge } = globalThis as unknown as { axe: { run(on: Document): Promise<{ violations: { id: string; impact: string | null }[] }> } };
        return (await judge.run(document)).violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id);
      });
      expect({ panel, found }).toEqual({ panel, found: [] });
      // Only the ledger scrolls sideways, within itself.
      const sideways = await page.locator('.drawer-space').evaluate((space) => space.scrollWidth - space.clientWidth);
      expect({ panel, sideways }).toEqual({ panel, sideways: 0 });
    }
    expect(errors).toEqual([]);
  }, { timeout: 180_000 });
});

async function said(page: Page, selector: string, text: RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).first().waitFor({ timeout: 20_000 });
}
