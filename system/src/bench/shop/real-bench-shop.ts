import type { Environment } from '@souk/chassis/config';
import { newAccounts } from '../../embedded/accounts.ts';
import type { ServiceChild } from '../../real/service-child.ts';
import { throwAwayShop } from '../../real/throw-away-shop.ts';
import type { Server } from '../../servers/server.ts';
import { WITHOUT_LIMITS } from '../../shop/without-limits.ts';
import { realRecords } from '../../verify/real-records.ts';
import { newSigningKey } from '../work/signing-key.ts';
import type { Breakable, BenchShop } from './bench-shop.ts';
import { childWith } from './child-process.ts';
import { mysqlCounters, mysqlTables } from './mysql-counters.ts';
import { diskBytes, type ReadUsage, usageMeter } from './usage-meter.ts';

/** Five compiled services in processes of their own, on servers of their own. */
export async function realBenchShop(settings: Environment = {}): Promise<BenchShop> {
  const accounts = newAccounts();
  const signingKey = newSigningKey();
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const env = { ...process.env, SOUK_SIGNING_KEY: signingKey.text, ...WITHOUT_LIMITS, ...settings };
  const life = throwAwayShop({ firstPort: 0, accounts, logLevel: 'error', program: 'compiled', env, note });
  await life.start();
  const { mysql, mongodb, kafka } = life.servers();
  const services = Object.values(life.shop().services);
  const servers = [mysql, mongodb, kafka];
  return {
    urls: life.urls(),
    accounts,
    signingKey,
    about: ['five compiled services on these servers', ...life.servers().describe()],
    records: realRecords(life.addresses()),
    // Four times as long: each of several processes sees only a part of the work.
    warmUpSeconds: 20,
    breakable: Object.fromEntries<Breakable>([
      ...services.map((service) => [service.name, breakableService(service)] as const),
      ...servers.map((server) => [server.name.toLowerCase(), breakableServer(server)] as const),
    ]),
    usage: usageMeter(
      Object.fromEntries<ReadUsage>([
        ...services.map((service) => [service.name, () => usageOf(service)] as const),
        ...servers.map((server) => [server.name, () => serverUsage(server)] as const),
      ]),
    ),
    counters: () => mysqlCounters(mysql.address),
    tables: () => mysqlTables(mysql.address),
    stop: () => life.shop().stop(),
    discard: life.stop,
  };
}

function usageOf(service: ServiceChild) {
  return { cpuMs: service.cpuMs(), residentMb: service.residentMb(), ...diskBytes(childWith(`INSTANCE=${service.name}-1`)) };
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
