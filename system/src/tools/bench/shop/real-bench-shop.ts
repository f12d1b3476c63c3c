import type { Environment } from '@souk/chassis/service/config';
import { newAccounts } from '../../../shop/embedded/accounts.ts';
import type { ServiceChild } from '../../../shop/real/service-child.ts';
import { type ThrowAwayShop, throwAwayShop } from '../../../shop/real/throw-away-shop.ts';
import type { Server } from '../../servers/server.ts';
import { realRecords } from '../../../verify/real-records.ts';
import { newSigningKey } from '../work/signing-key.ts';
import { BENCH_SETTINGS, type BenchShop, type Breakable } from './bench-shop.ts';
import { childWith } from './child-process.ts';
import { mysqlCounters, mysqlTables, setMysql } from './mysql-counters.ts';
import { innodbSettings } from './mysql-settings.ts';
import { diskBytes, type ReadUsage, usageMeter } from './usage-meter.ts';

/** Five compiled services in processes of their own, on servers of their own; `replicas` of order, inventory and payment. */
export async function realBenchShop(settings: Environment = {}, replicas = 1): Promise<BenchShop> {
  const accounts = newAccounts();
  const signingKey = newSigningKey();
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const env = { ...process.env, SOUK_SIGNING_KEY: signingKey.text, ...BENCH_SETTINGS, ...settings };
  const life = throwAwayShop({ firstPort: 0, accounts, logLevel: 'error', program: 'compiled', env, note });
  await life.start();
  const { mysql, mongodb, kafka } = life.servers();
  await setMysql(mysql.address, await innodbSettings());
  const more = await moreReplicas(life, replicas);
  const services: readonly Named[] = [...Object.values(life.shop().services).map((service) => ({ name: service.name, instance: `${service.name}-1`, service })), ...more];
  const servers = [mysql, mongodb, kafka];
  return {
    urls: life.urls(),
    orderUrls: services.filter(({ service }) => service.name === 'order').map(({ service }) => service.url),
    accounts,
    signingKey,
    about: [replicas === 1 ? 'five compiled services on these servers' : `${services.length} compiled services (${replicas} each of order, inventory, payment) on these servers`, ...life.servers().describe()],
    records: realRecords(life.addresses()),
    servers: { mysql: mysql.address, kafka: kafka.address },
    // Four times as long as embedded: each of several processes sees only a part of the work.
    warmUpSeconds: 20,
    breakable: Object.fromEntries<Breakable>([
      ...services.map(({ name, service }) => [name, breakableService(service)] as const),
      ...servers.map((server) => [server.name.toLowerCase(), breakableServer(server)] as const),
    ]),
    usage: usageMeter(
      Object.fromEntries<ReadUsage>([
        ...services.map(({ name, ...one }) => [name, () => usageOf(one)] as const),
        ...servers.map((server) => [server.name, () => serverUsage(server)] as const),
      ]),
    ),
    counters: () => mysqlCounters(mysql.address),
    tables: () => mysqlTables(mysql.address),
    stop: () => life.shop().stop(),
    discard: life.stop,
  };
}

interface Named {
  /** The service's name, with a number from the second replica on. */
  readonly name: string;
  readonly instance: string;
  readonly service: ServiceChild;
}

const REPLICATED = ['order', 'inventory', 'payment'] as const;

/** Replicas share the databases and the consumer groups; each has a port of its own. */
async function moreReplicas(life: ThrowAwayShop, replicas: number): Promise<readonly Named[]> {
  const added: Named[] = [];
  for (let number = 2; number <= replicas; number += 1) {
    for (const name of REPLICATED) {
      const instance = `${name}-${number}`;
      added.push({ name: instance, instance, service: life.shop().replica(name, instance) });
    }
  }
  await Promise.all(added.map(({ service }) => service.start()));
  return added;
}

function usageOf({ service, instance }: Omit<Named, 'name'>) {
  return { cpuMs: service.cpuMs(), residentMb: service.residentMb(), ...diskBytes(childWith(`INSTANCE=${instance}`)) };
}

async function serverUsage(server: Server) {
  const [cpuMs, residentMb] = await Promise.all([server.cpuMs(), server.residentMb()]);
  return { cpuMs, residentMb, ...diskBytes(server.pid) };
}

function breakableService(service: ServiceChild): Breakable {
  return {
    kill: service.kill,
    start: async () => void (await service.start()),
    freeze: async () => service.pause(),
    thaw: async () => service.resume(),
  };
}

function breakableServer(server: Server): Breakable {
  return { kill: server.kill, start: server.start, freeze: server.pause, thaw: server.resume };
}
