import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { compileOutdated } from '../../src/tools/images/compile-outdated.ts';
import type { RealShop } from '../../src/shop/real/real-shop.ts';
import { type FaultGround, faultGround } from './support/fault-shop.ts';

const ROOT = join(import.meta.dir, '../../..');
const COMPILE_LIMIT_MS = 300_000;
const HEALTH_LIMIT_MS = 10_000;
/** Bytes of an image, and what the C library, licences and a user take of it (3,241,538 when it was weighed). */
const IMAGE_LIMIT = 126_000_000;
const BASE = 3_260_000;
/** Nothing is under way: what is left is to say goodbye to the group and to close connections. */
const STOP_LIMIT_MS = 2000;

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('the compiled services on real servers', () => {
    let ground: FaultGround;
    let shop: RealShop;

    beforeAll(async () => {
      await compileOutdated(() => undefined);
      ground = await faultGround();
      shop = ground.shop('compiled');
    }, COMPILE_LIMIT_MS);
    afterAll(async () => {
      await shop?.stop();
      await ground?.[Symbol.asyncDispose]();
    }, 60_000);

    test('are compiled where they are missing or older than the source, and only then', async () => {
      await rm(join(ROOT, 'dist/payment'));
      const now = new Date();
      await utimes(join(ROOT, 'user/src/main.ts'), now, now);
      const notes: string[] = [];
      await compileOutdated((line) => notes.push(line));
      expect(notes).toEqual(['compiling payment, user: not there yet, or older than the source']);
      await compileOutdated((line) => notes.push(line));
      expect(notes).toHaveLength(1);
    }, COMPILE_LIMIT_MS);

    for (const name of SERVICES) {
      test(`${name} leaves room for the rest of its image`, async () => {
        const { size } = await stat(join(ROOT, 'dist', name));
        expect(size + BASE).toBeLessThanOrEqual(IMAGE_LIMIT);
      });

      test(`${name} starts, answers its health check, and ends with 0 on SIGTERM`, async () => {
        const service = shop.services[name];
        expect(await healthOf(name, service.url)).toBe(1);
        const readyMs = await service.start();
        const megabytes = service.residentMb();
        expect(await healthOf(name, service.url)).toBe(0);
        const stoppedAt = performance.now();
        const code = await service.stop();
        const stopMs = performance.now() - stoppedAt;
        expect(await healthOf(name, service.url)).toBe(1);
        process.stdout.write(`${name}: ready after ${Math.round(readyMs)} ms, ${megabytes} MB, ended after ${Math.round(stopMs)} ms\n`);
        expect(code).toBe(0);
        expect(stopMs).toBeLessThanOrEqual(STOP_LIMIT_MS);
      }, 60_000);
    }
  });
});

/** The exit code of the program that a container's health check runs. */
async function healthOf(name: ServiceName, url: string): Promise<number> {
  const check = Bun.spawn([join(ROOT, 'dist', name), '--health'], {
    env: { PORT: new URL(url).port },
    stdio: ['ignore', 'ignore', 'ignore'],
    timeout: HEALTH_LIMIT_MS,
  });
  return check.exited;
}
