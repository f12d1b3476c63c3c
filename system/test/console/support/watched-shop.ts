import { createLogger } from '@souk/chassis/telemetry/logging';
import { type ConsoleOptions, createConsole } from '@souk/console/server/console';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../../../src/tools/console/browser.ts';
import type { Ground } from '../../support/ground.ts';
import { type OpenShop, openShopOn } from '../../support/open-shop.ts';

/** A shop with its console, and a browser to look at it with. */
export interface WatchedShop extends AsyncDisposable {
  readonly shop: OpenShop;
  /** Origin of the console. */
  readonly origin: string;
  /** Complaints of the pages: errors, what the policy forbade, requests to other hosts. */
  readonly complaints: readonly string[];
  /** A browser of its own, signed in as the shop's admin unless `signedIn` is false. */
  browser(options?: BrowserOptions): Promise<BrowserContext>;
  /** A page of a new browser that shows this place of the console, once its stream is live. */
  page(place?: string, options?: BrowserOptions): Promise<Page>;
  /** Signs an admin in without a browser; answers the cookie. */
  cookie(): Promise<string>;
  /** Headers that the console's own page sends with what changes something. */
  readonly ownHeaders: Readonly<Record<string, string>>;
}

interface BrowserOptions {
  readonly signedIn?: boolean;
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  /** Instead of the console's own: the address of a proxy in front of it. */
  readonly origin?: string;
}

interface WatchedOptions extends Partial<ConsoleOptions> {
  /** Prepares the shop before its console starts: some of it starts the shop anew, on other ports. */
  readonly before?: (shop: OpenShop) => Promise<void>;
}

export async function watchedShop(makeGround: () => Promise<Ground>, { before, ...options }: WatchedOptions = {}): Promise<WatchedShop> {
  let admin = { email: '', password: '' };
  const shop = await openShopOn(async () => {
    const ground = await makeGround();
    admin = ground.admin;
    return ground;
  })();
  await before?.(shop);
  const console = createConsole({
    port: 0,
    host: '127.0.0.1',
    urls: shop.urls,
    mode: 'write',
    embedded: false,
    logger: createLogger({ service: 'console', level: 'fatal' }),
    ...options,
  });
  const origin = (await console.start()).url;
  const chromium = await openBrowser();
  const complaints: string[] = [];
  const ownHeaders = { origin, 'sec-fetch-site': 'same-origin', 'x-souk-console': '1', 'content-type': 'application/json' };

  async function signIn(): Promise<Response> {
    const answer = await fetch(`${origin}/session`, { method: 'POST', headers: ownHeaders, body: JSON.stringify(admin), signal: AbortSignal.timeout(30_000) });
    if (!answer.ok) throw new Error(`the sign-in was refused: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  async function cookie(): Promise<string> {
    return (await signIn()).headers.getSetCookie()[0]?.split(';')[0] ?? '';
  }

  async function browser({ signedIn = true, width = 1280, colorScheme = 'light', origin: at = origin }: BrowserOptions = {}): Promise<BrowserContext> {
    const context = await chromium.newContext({ viewport: { width, height: 800 }, colorScheme, baseURL: at });
    context.setDefaultTimeout(15_000);
    context.on('weberror', (error) => complaints.push(String(error.error())));
    context.on('console', (message) => {
      // A refused request is the service's business; the page shows it.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
    });
    context.on('request', (request) => {
      if (!request.url().startsWith(`${at}/`) && !request.url().startsWith('data:') && !request.url().startsWith('blob:')) complaints.push(`asked ${request.url()}`);
    });
    if (signedIn) {
      const [name = '', value = ''] = (await cookie()).split('=');
      await context.addCookies([{ name, value, url: at, httpOnly: true, sameSite: 'Strict' }]);
    }
    return context;
  }

  return {
    shop,
    origin,
    complaints,
    ownHeaders,
    browser,
    cookie,
    async page(place = '/', given) {
      const page = await (await browser(given)).newPage();
      await page.goto(place);
      if (given?.signedIn !== false) await page.locator('.link-state.is-done').waitFor();
      return page;
    },
    async [Symbol.asyncDispose]() {
      await chromium.close();
      await console.close();
      await shop[Symbol.asyncDispose]();
    },
  };
}
