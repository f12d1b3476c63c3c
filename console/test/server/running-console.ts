import { createLogger } from '@souk/chassis/telemetry/logging';
import type { Session } from '../../src/session.ts';
import { type Console, type ConsoleOptions, createConsole } from '../../src/server/console.ts';
import { pageFile } from '../../src/server/page-files.ts';
import { type StandInShop, standInShop, STAFF } from './stand-in-shop.ts';

export interface RunningConsole {
  readonly shop: StandInShop;
  readonly console: Console;
  readonly url: string;
  /** Everything it has logged. */
  readonly log: () => string;
  /** A browser with a cookie of its own, on the console's page. */
  browser(): Browser;
  stop(): Promise<void>;
}

export interface Browser {
  cookie: string | undefined;
  ask(method: string, path: string, asking?: { readonly body?: object | string; readonly headers?: Readonly<Record<string, string>>; readonly signal?: AbortSignal }): Promise<Response>;
  signIn(as?: { readonly email: string; readonly password: string; readonly code?: string }): Promise<Session>;
}

const PAGE = '<!doctype html><title>Souk</title>';

export async function runningConsole(options: Partial<ConsoleOptions> = {}, shop = standInShop()): Promise<RunningConsole> {
  const lines: string[] = [];
  const console = createConsole({
    port: 0,
    host: '127.0.0.1',
    urls: shop.urls,
    mode: 'write',
    embedded: false,
    logger: createLogger({ service: 'console', level: 'trace', destination: { write: (line) => void lines.push(line) } }),
    page: async () => new Map([['/', await pageFile('text/html;charset=utf-8', Buffer.from(PAGE), false)]]),
    ...options,
  });
  const { url } = await console.start();
  return {
    shop,
    console,
    url,
    log: () => lines.join(''),
    browser: () => browserAt(url),
    async stop() {
      await console.close();
      await shop.stop();
    },
  };
}

function browserAt(url: string): Browser {
  const browser: Browser = {
    cookie: undefined,
    async ask(method, path, { body, headers = {}, signal } = {}) {
      const own = { 'x-souk-console': '1', origin: url, 'sec-fetch-site': 'same-origin', ...(browser.cookie !== undefined && { cookie: browser.cookie }) };
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { ...own, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      });
      const [set] = answer.headers.getSetCookie();
      if (set !== undefined) browser.cookie = set.split(';')[0];
      return answer;
    },
    async signIn(as = STAFF) {
      const answer = await browser.ask('POST', '/session', { body: as });
      if (!answer.ok) throw new Error(`signing in: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as Session;
    },
  };
  return browser;
}

export async function codeOf(answer: Response): Promise<string> {
  const { type } = (await answer.json()) as { type: string };
  return `${answer.status} ${type.replace('urn:souk:problem:', '')}`;
}
