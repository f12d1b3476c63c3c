import { type Browser, chromium } from 'playwright-core';
import { EnvironmentError } from '../../cli/errors.ts';

/** Path of the browser: Debian's Chromium, or the one that `CHROMIUM` names. */
const BROWSER_PATH = process.env['CHROMIUM'] || Bun.which('chromium');

/** Throws EnvironmentError without a browser. Its own sandbox is off, because root may not use it: it opens our own pages on 127.0.0.1 alone. */
export async function openBrowser(): Promise<Browser> {
  if (BROWSER_PATH === null) throw new EnvironmentError('there is no browser', 'apt-get install chromium, or name one: CHROMIUM=path');
  return chromium.launch({ executablePath: BROWSER_PATH, args: ['--no-sandbox', '--disable-dev-shm-usage'], chromiumSandbox: false });
}
