import { join } from 'node:path';
import { SERVICES } from '@souk/contracts/services';
import { askReady } from '../../shop/ask.ts';
import { cpuMs } from '../../shop/process-usage.ts';
import { freePort } from '../servers/free-port.ts';
import type { BenchShop } from './shop/bench-shop.ts';

/** Pages of the console that are open while orders come: their streams are read, and nothing is drawn. */
export interface OpenPages extends AsyncDisposable {
  /** Bytes they have read, and the CPU time that it took; for people. */
  report(): string;
}

const CONSOLE = join(import.meta.dir, '../../../../console/src/main.ts');
const READY_LIMIT_MS = 30_000;

/** Starts a console in a process of its own, signs in as the admin and opens the streams of so many pages. */
export async function openPages({ urls, accounts: { admin } }: Pick<BenchShop, 'urls' | 'accounts'>, count: number): Promise<OpenPages> {
  const port = freePort();
  const origin = `http://127.0.0.1:${port}`;
  const addresses = Object.fromEntries(SERVICES.map((name) => [`${name.toUpperCase()}_URL`, urls[name]]));
  const child = Bun.spawn([process.execPath, CONSOLE], {
    env: { ...process.env, ...addresses, HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'error' },
    stdout: 'ignore',
    stderr: 'inherit',
  });
  const reading = new AbortController();
  try {
    await ready(origin);
    const headers = { origin, 'x-souk-console': '1', 'content-type': 'application/json' };
    const signedIn = await fetch(`${origin}/session`, { method: 'POST', headers, body: JSON.stringify({ email: admin.email, password: admin.password }), signal: AbortSignal.timeout(READY_LIMIT_MS) });
    const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0];
    if (!signedIn.ok || cookie === undefined) throw new Error(`the console refused the sign-in: ${signedIn.status} ${await signedIn.text()}`);
    const before = cpuMs(child.pid);
    let bytes = 0;
    const pages = Array.from({ length: count }, async () => {
      const answer = await fetch(`${origin}/api/stream`, { headers: { ...headers, cookie }, signal: reading.signal });
      if (!answer.ok || answer.body === null) throw new Error(`the console refused a page: ${answer.status}`);
      return answer.body;
    });
    const read = (await Promise.all(pages)).map(async (body) => {
      try {
        for await (const chunk of body) bytes += chunk.byteLength;
      } catch (error) {
        if (!reading.signal.aborted) throw error;
      }
    });
    return {
      report: () => `${count} pages read ${(bytes / 1e6).toFixed(1)} MB; the console took ${Math.round(cpuMs(child.pid) - before)} ms of CPU`,
      async [Symbol.asyncDispose]() {
        reading.abort();
        await Promise.allSettled(read);
        child.kill('SIGTERM');
        await child.exited;
      },
    };
  } catch (error) {
    reading.abort();
    child.kill(9);
    throw error;
  }
}

async function ready(url: string): Promise<void> {
  const limit = performance.now() + READY_LIMIT_MS;
  while ((await askReady(url)) !== null) {
    if (performance.now() > limit) throw new Error('the console is not ready');
    await Bun.sleep(100);
  }
}
