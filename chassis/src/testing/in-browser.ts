import { describe, expect, test } from 'bun:test';

/** Path of the browser for tests: Debian's Chromium, or the one that `CHROMIUM` names; undefined: there is none. */
export const BROWSER_PATH: string | undefined = process.env['CHROMIUM'] || (Bun.which('chromium') ?? undefined);

/** A suite in a real browser. Without one it fails if REQUIRE_REAL=1 (CI), and otherwise says loudly that it was left out. */
export function describeInBrowser(name: string, suite: () => void): void {
  if (BROWSER_PATH !== undefined) {
    describe(name, suite);
    return;
  }
  const reason = `${name} needs a browser (apt-get install chromium, or CHROMIUM=path)`;
  if (process.env['REQUIRE_REAL'] === '1') {
    test(`a browser is there: ${reason}`, () => expect(BROWSER_PATH).toBeDefined());
    return;
  }
  process.stderr.write(`\nNOT RUN: ${reason}\n`);
  describe.skip(reason, suite);
}
