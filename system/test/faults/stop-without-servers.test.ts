import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { askReady } from '../../src/shop/ask.ts';
import { type FaultGround, faultGround } from './support/fault-shop.ts';
import { metricOf } from './support/metric.ts';
import { type ProxiedService, proxiedService } from './support/proxied-service.ts';

const LIMIT_MS = 180_000;
/** What a container has from its SIGTERM on, unless somebody said otherwise. */
const STOP_LIMIT_MS = 10_000;

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a service that is stopped when its servers are gone, as when an engine stops or a machine restarts', () => {
    let ground: FaultGround;

    beforeAll(async () => {
      ground = await faultGround();
    }, LIMIT_MS);
    afterAll(async () => {
      await ground?.[Symbol.asyncDispose]();
    }, LIMIT_MS);

    /** They run, have been ready, and are killed at the end if they have not ended. */
    async function running(names: readonly ServiceName[], use: (services: readonly ProxiedService[]) => Promise<void>): Promise<void> {
      const services = await Promise.all(names.map((name) => proxiedService(name, ground.addresses)));
      try {
        for (const service of services) service.run();
        for (const service of services) await service.ready();
        await use(services);
      } finally {
        for (const service of services) await service[Symbol.asyncDispose]();
      }
    }

    async function endsWell(service: ProxiedService): Promise<void> {
      const { code, ms } = await service.end();
      process.stdout.write(`${service.name} ended after ${ms} ms\n`);
      if (code !== 0) throw new Error(`${service.name} ended with ${code}: ${service.said()}`);
      expect(ms).toBeLessThan(STOP_LIMIT_MS);
    }

    for (const mode of ['away', 'stall'] as const) {
      test(`(${mode}, for a while) ends within ten seconds, with 0, whichever it is`, async () => {
        await running(SERVICES, async (services) => {
          for (const service of services) service.set(mode);
          for (const { name, url } of services) await until(`${name} notices`, async () => (await askReady(url)) !== null);
          await Promise.all(services.map(endsWell));
        });
      }, LIMIT_MS);

      test(`(${mode}, in this moment) ends within ten seconds, with 0, whichever it is`, async () => {
        await running(SERVICES, async (services) => {
          for (const service of services) service.set(mode);
          await Promise.all(services.map(endsWell));
        });
      }, LIMIT_MS);

      test(`(${mode}) tells a caller who waits for the database to retry, and logs that it left something undone`, async () => {
        await running(['user'], async ([user]) => {
          if (user === undefined) throw new Error('one runs');
          const inTransaction = Promise.withResolvers<void>();
          user.database.whenSaid('insert', () => {
            user.database.set(mode);
            inTransaction.resolve();
          });
          const answer = register(user, `waits-${mode}@example.com`);
          await inTransaction.promise;
          await endsWell(user);
          const { status, headers } = await answer;
          expect([status, headers.get('retry-after')]).toEqual([503, '1']);
          expect(user.said()).toContain('inputs are left; their messages come again, their callers are told to');
        });
      }, LIMIT_MS);

      test(`(${mode}) leaves events that the log did not take to the next start`, async () => {
        await running(['user'], async ([user]) => {
          if (user === undefined) throw new Error('one runs');
          user.log.set(mode);
          expect((await register(user, `unsent-${mode}@example.com`)).status).toBe(201);
          await endsWell(user);
          expect(user.said()).toContain('stopping without them: the next start sends them');
          user.log.set('forward');
          user.run();
          await user.ready();
          await until('they are sent', async () => (await metricOf(user.url, 'souk_outbox_backlog')) === 0);
          expect((await user.end()).code).toBe(0);
        });
      }, LIMIT_MS);
    }
  });
});

function register({ url }: ProxiedService, email: string): Promise<Response> {
  return fetch(`${url}/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, name: 'Ada', password: 'a very long password of mine' }),
  });
}
