import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Environment } from '@souk/chassis/service/config';
import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { newAccounts } from '../../../shop/embedded/accounts.ts';
import type { ServiceChild } from '../../../shop/real/service-child.ts';
import { type ThrowAwayShop, throwAwayShop } from '../../../shop/real/real-shop.ts';
import { realRecords } from '../../../verify/real-records.ts';
import type { Server } from '../../servers/server.ts';
import { newSigningKey } from '../work/tokens.ts';
import { BENCH_SETTINGS, type BenchShop, type Breakable, diskBytes, type ReadUsage, usageMeter } from './bench-shop.ts';

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

const known = new Map<string, number>();

/** Id of the process that this one started with `variable` in its environment; undefined: there is none now. */
function childWith(variable: string): number | undefined {
  const before = known.get(variable);
  if (before !== undefined && isOurs(before, variable)) return before;
  const found = readdirSync('/proc').map(Number).find((pid) => Number.isInteger(pid) && isOurs(pid, variable));
  if (found === undefined) known.delete(variable);
  else known.set(variable, found);
  return found;
}

function isOurs(pid: number, variable: string): boolean {
  try {
    const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1];
    return Number(parent) === process.pid && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable);
  } catch {
    // It has ended meanwhile, or belongs to another user.
    return false;
  }
}

const COMPOSE_FILE = join(import.meta.dir, '../../../../../compose.yaml');
const SETTING = /^--(innodb-[a-z-]+)=(\d+)([KMG]?)$/;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

interface ComposeFile {
  readonly services: { readonly mysql: { readonly command: readonly string[] } };
}

/** The InnoDB settings with which compose.yaml starts MySQL, by name: the benchmark measures what is deployed. */
async function innodbSettings(): Promise<Readonly<Record<string, number>>> {
  const { services } = Bun.YAML.parse(await readFile(COMPOSE_FILE, 'utf8')) as ComposeFile;
  const found = services.mysql.command.flatMap((option) => {
    const [, name, number, unit = ''] = SETTING.exec(option) ?? [];
    return name === undefined ? [] : [[name.replaceAll('-', '_'), Number(number) * (UNITS[unit] ?? 1)] as const];
  });
  return Object.fromEntries(found);
}

const CONNECT_LIMIT_MS = 5000;
const COUNTED = /^(Innodb_data_(written|read|writes|reads|fsyncs)|Innodb_os_log_written|Innodb_rows_(read|inserted|updated|deleted)|Innodb_buffer_pool_(reads|pages_flushed)|Com_(commit|insert|update|delete|select)|Questions)$/;

/** MySQL's own counters of rows, bytes and statements, for the whole server. */
async function mysqlCounters(address: string): Promise<Record<string, number>> {
  const rows = await asked<{ Variable_name: string; Value: string }>(address, 'show global status');
  return Object.fromEntries(rows.filter(({ Variable_name }) => COUNTED.test(Variable_name)).map(({ Variable_name, Value }) => [Variable_name, Number(Value)]));
}

/** Bytes of each table's file, indexes included. */
async function mysqlTables(address: string): Promise<Record<string, number>> {
  const sql = "select name, file_size as bytes from information_schema.innodb_tablespaces where name like '%/%' and name not like 'sys/%'";
  const rows = await asked<{ NAME?: string; name?: string; bytes: number | string }>(address, sql);
  return Object.fromEntries(rows.map(({ NAME, name = NAME ?? '', bytes }) => [name.replace('/', '.'), Number(bytes)]));
}

/** Changes settings of a running server, also for its later starts. */
async function setMysql(address: string, settings: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, value] of Object.entries(settings)) await asked(address, `set persist ${name} = ${value}`);
}

async function asked<R>(address: string, sql: string): Promise<readonly R[]> {
  const connection = await createConnection({ ...mysqlAddress(address), connectTimeout: CONNECT_LIMIT_MS });
  try {
    const [rows] = await connection.query<(R & RowDataPacket)[]>(sql);
    return rows;
  } finally {
    connection.destroy();
  }
}
