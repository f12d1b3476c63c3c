import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { serviceCommand, shopEnvironment } from '../../src/shop/real/service-process.ts';
import { freePort } from '../../src/tools/servers/free-port.ts';
import type { ServiceUrls } from '../../src/shop/shop-client.ts';
import { type FaultGround, faultGround } from './support/fault-shop.ts';

const SHIFT = join(import.meta.dir, '../support/shifted-process.ts');
const HOUR_MS = 3_600_000;
const START_LIMIT_MS = 40_000;

/** On MySQL, and on MongoDB. */
const TRIED = [['order', HOUR_MS], ['user', -HOUR_MS]] as const satisfies readonly (readonly [ServiceName, number])[];

const READINESS = ['/readyz', '/readyz?exclude=event%20log,outbox'];

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a process whose clock is an hour off', () => {
    let ground: FaultGround;
    beforeAll(async () => {
      ground = await faultGround();
    }, 120_000);
    afterAll(async () => ground?.[Symbol.asyncDispose](), 60_000);

    test.each(TRIED)('%s by %d ms: is red for everybody who asks, and says what to do', async (name, shiftMs) => {
      const port = freePort();
      await using process = startShifted(name, port, shiftMs);
      for (const path of READINESS) {
        const answer = await until('an answer', () => readiness(port, path), START_LIMIT_MS);
        expect(answer).toMatchObject({ status: 503, body: { checks: { database: 'green', clock: 'red' } } });
      }
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const ahead = Number(/^souk_clock_ahead_seconds\{[^}]*\} (\S+)$/m.exec(text)?.[1]);
      expect(Math.abs(ahead * 1000 - shiftMs)).toBeLessThan(60_000);
      const said = (await process.stopped()).split('\n').filter((line) => line.includes('"the clocks differ"'));
      // As every fault that lasts: at once, then with growing gaps.
      expect(said.length).toBeWithin(1, 5);
      expect(said[0]).toContain('synchronise the clocks of all machines');
    }, 90_000);

    function startShifted(name: ServiceName, port: number, shiftMs: number) {
      const urls = Object.fromEntries(SERVICES.map((each) => [each, `http://127.0.0.1:${port}`])) as unknown as ServiceUrls;
      const given = { addresses: ground.addresses, urls, admin: ground.accounts.admin, logLevel: 'error' as const, env: { CLOCK_SHIFT_MS: String(shiftMs) } };
      const [bun = '', main = ''] = serviceCommand(name, 'source');
      const child = Bun.spawn([bun, '--preload', SHIFT, main], {
        env: { ...shopEnvironment(name, `${name}-off`, given), HOST: '127.0.0.1', PORT: String(port) },
        stdin: 'ignore',
        stdout: 'ignore',
        stderr: 'pipe',
      });
      const said = new Response(child.stderr).text();
      const end = async (): Promise<string> => {
        child.kill('SIGTERM');
        await child.exited;
        return said;
      };
      return { stopped: end, [Symbol.asyncDispose]: async () => void (await end()) };
    }
  });
});

/** Undefined while nobody answers yet. */
async function readiness(port: number, path: string): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5000) });
    return { status: response.status, body: await response.json() };
  } catch {
    return undefined;
  }
}
