import { join } from 'node:path';
import { loadAccounts, type Accounts } from './embedded/accounts.ts';
import { shopFiles } from './embedded/shop-files.ts';
import { cpuMs, residentMb } from './process-usage.ts';
import type { ServiceUrls } from './shop-client.ts';

interface StartOptions {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly firstPort?: number;
  /** With a console, whose one-time link is `consoleUrl`. */
  readonly console?: boolean;
}

/** An embedded shop in a process of its own, as `npm start -- --no-demo --json` runs it, without a console unless asked for. */
export interface ShopProcess {
  readonly urls: ServiceUrls;
  readonly consoleUrl: string | undefined;
  readonly accounts: Accounts;
  readonly readyMs: number;
  readonly pid: number;
  /** User and system time so far. */
  cpuMs(): number;
  residentMb(): number;
  /** Sends SIGTERM; resolves with the exit code. */
  stop(): Promise<number>;
  /** Sends SIGKILL; does nothing if the process has ended. */
  kill(): void;
  readonly exited: Promise<number>;
}

const MAIN = join(import.meta.dir, '../main.ts');
const START_LIMIT_MS = 30_000;

export async function startShopProcess({ folder, env = process.env, firstPort = 0, console: hasConsole = false }: StartOptions): Promise<ShopProcess> {
  const startedAt = performance.now();
  const command = [process.execPath, MAIN, '--no-demo', '--json', ...(hasConsole ? [] : ['--no-console']), '--first-port', String(firstPort), '--data', folder];
  const child = Bun.spawn(command, { env: { ...env }, stdout: 'pipe', stderr: 'inherit', stdin: 'ignore' });
  const limit = setTimeout(() => child.kill(9), START_LIMIT_MS);
  try {
    const { urls, console: consoleUrl } = JSON.parse(await firstLine(child.stdout)) as { urls: ServiceUrls; console?: string };
    return {
      urls,
      consoleUrl,
      accounts: await loadAccounts(shopFiles(folder).accounts),
      readyMs: Math.round(performance.now() - startedAt),
      pid: child.pid,
      cpuMs: () => cpuMs(child.pid),
      residentMb: () => residentMb(child.pid),
      async stop() {
        child.kill('SIGTERM');
        return child.exited;
      },
      kill: () => child.kill(9),
      exited: child.exited,
    };
  } catch (cause) {
    child.kill(9);
    throw new Error(`the shop did not start (exit code ${await child.exited})`, { cause });
  } finally {
    clearTimeout(limit);
  }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (let text = ''; ; ) {
    const { value, done } = await reader.read();
    if (done) throw new Error('it ended before it was ready');
    text += decoder.decode(value, { stream: true });
    const end = text.indexOf('\n');
    if (end !== -1) {
      reader.releaseLock();
      return text.slice(0, end);
    }
  }
}
