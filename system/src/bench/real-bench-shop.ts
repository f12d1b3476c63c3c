import type { Environment } from '@souk/chassis/config';
import { newAccounts } from '../embedded/accounts.ts';
import { throwAwayShop } from '../real/throw-away-shop.ts';
import { realRecords } from '../verify/real-records.ts';
import type { BenchShop, Usage } from './bench-shop.ts';
import { WITHOUT_LIMITS } from '../shop/without-limits.ts';

/** Five compiled services in processes of their own, on servers of their own. */
export async function realBenchShop(settings: Environment = {}): Promise<BenchShop> {
  const accounts = newAccounts();
  const note = (line: string) => void process.stderr.write(`${line}\n`);
  const env = { ...process.env, ...WITHOUT_LIMITS, ...settings };
  const life = throwAwayShop({ firstPort: 0, accounts, logLevel: 'error', program: 'compiled', env, note });
  await life.start();
  const { mysql, mongodb, kafka } = life.servers();
  const services = Object.values(life.shop().services);
  return {
    urls: life.urls(),
    accounts,
    about: ['five compiled services on these servers'],
    records: realRecords(life.addresses()),
    // Four times as long: each of several processes sees only a part of the work.
    warmUpSeconds: 20,
    async usage() {
      const own = services.map((service) => [service.name, { cpuMs: service.cpuMs(), residentMb: service.residentMb() }] as const);
      const servers = [mysql, mongodb, kafka].map(
        async (server): Promise<readonly [string, Usage]> => [
          server.name,
          { cpuMs: await server.cpuMs(), residentMb: await server.residentMb() },
        ],
      );
      return Object.fromEntries([...own, ...(await Promise.all(servers))]);
    },
    stop: () => life.shop().stop(),
    discard: life.stop,
  };
}
