import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { ENGINE } from '../../src/shop/real/shop-databases.ts';
import { type FaultGround, faultGround } from './support/fault-shop.ts';
import { type ProxiedService, proxiedService } from './support/proxied-service.ts';

const LIMIT_MS = 120_000;
/** What a process says of a database that does not answer. */
const WAITS = 'waiting for the database, 30 s at most';
/** How a transaction that takes a lane names their table or collection. */
const LANES = 'lanes';
/** Soon: no time limit of ours or of a driver passes meanwhile. A process that loads its source on a busy machine takes its time. */
const STOP_LIMIT_MS = 8000;

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a service whose database is away while it starts', () => {
    let ground: FaultGround;

    beforeAll(async () => {
      ground = await faultGround();
    }, LIMIT_MS);
    afterAll(async () => {
      await ground?.[Symbol.asyncDispose]();
    }, LIMIT_MS);

    const openService = (name: ServiceName): Promise<ProxiedService> => proxiedService(name, ground.addresses);
    const times = (text: string, part: string) => text.split(part).length - 1;

    test.each([...SERVICES])('%s serves as soon as the database is there, and logs once that it waited', async (name) => {
      await using service = await openService(name);
      service.database.set('away');
      service.run();
      await service.says(WAITS);
      service.database.set('forward');
      await service.ready();
      expect(times(service.said(), WAITS)).toBe(1);
      expect(service.said()).toContain('the database answers');
      expect((await service.end()).code).toBe(0);
    }, LIMIT_MS);

    test.each([...SERVICES])('%s migrates as soon as the database is there', async (name) => {
      await using service = await openService(name);
      service.database.set('away');
      service.run('--migrate');
      await service.says(WAITS);
      service.database.set('forward');
      expect(await service.ended()).toBe(0);
      expect(service.said()).toContain('the schema is up to date');
    }, LIMIT_MS);

    test.each([...SERVICES])('%s also waits when the database goes away just before the lane is acquired', async (name) => {
      await using service = await openService(name);
      service.database.whenSaid(LANES, () => service.database.set('away'));
      service.run();
      await service.says(WAITS);
      service.database.set('forward');
      await service.ready();
      expect(times(service.said(), WAITS)).toBe(1);
      expect((await service.end()).code).toBe(0);
    }, LIMIT_MS);

    const stuck: readonly (readonly [ServiceName, 'away' | 'stall', boolean])[] = [
      ['user', 'away', false],
      ['user', 'stall', false],
      ['user', 'away', true],
      ['user', 'stall', true],
      ['payment', 'away', false],
      ['payment', 'stall', false],
      ['payment', 'away', true],
      ['payment', 'stall', true],
    ];
    test.each([...stuck])('%s ends at once on SIGTERM while it waits (%s, with its schema looked at: %p)', async (name, mode, looked) => {
      await using service = await openService(name);
      if (looked) service.database.whenSaid(LANES, () => service.database.set(mode));
      else service.database.set(mode);
      service.run();
      await service.says(WAITS);
      const { code, ms } = await service.end();
      expect(code).toBe(0);
      expect(ms).toBeLessThan(STOP_LIMIT_MS);
    }, LIMIT_MS);

    test('a database that stays away ends it with 3 and one line that says why', async () => {
      const services = await Promise.all((['product', 'order'] as const).map(openService));
      try {
        for (const service of services) {
          service.database.set('away');
          service.run();
        }
        for (const service of services) {
          expect(await service.ended()).toBe(3);
          const last = service.said().trim().split('\n').at(-1) ?? '';
          expect(last).toMatch(/^DATABASE_URL: storage: connection: .*ECONNREFUSED/);
          if (ENGINE[service.name] === 'mongodb') expect(last).toContain('(start it, or look at the replica set: rs.status())');
        }
      } finally {
        for (const service of services) await service[Symbol.asyncDispose]();
      }
    }, LIMIT_MS);

    test.each(['user', 'payment'] as const)('with a password that is refused: %s says so in the first line, and waits', async (name) => {
      const url = ground.addresses.databases[name];
      const wrong = { ...ground.addresses, databases: { ...ground.addresses.databases, [name]: url.replace(/:[^:@/]+@/, ':wrong@') } };
      await using service = await proxiedService(name, wrong);
      service.run();
      await service.says(WAITS);
      expect(service.said()).toMatch(/Authentication failed|Access denied/);
      expect(service.said()).toContain("give the service's user its rights, or its password back");
      expect((await service.end()).code).toBe(0);
    }, LIMIT_MS);
  });
});
