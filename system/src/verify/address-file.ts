import { readFile, writeFile } from 'node:fs/promises';
import { withTimeout } from '@souk/chassis/timeouts';
import { EnvironmentError } from '../cli/errors.ts';
import type { RealShopAddresses } from '../shop/real/addresses.ts';

/** Saves the addresses of a shop on real servers for `npm run verify -- --real FILE`; only the file's owner can read them. */
export async function saveAddresses(path: string, addresses: RealShopAddresses): Promise<void> {
  await writeFile(path, `${JSON.stringify(addresses, null, 2)}\n`, { mode: 0o600 });
}

export async function loadAddresses(path: string): Promise<RealShopAddresses> {
  return JSON.parse(await readFile(path, 'utf8')) as RealShopAddresses;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { mysql: 3306, mongodb: 27_017 };
const CONNECT_LIMIT_MS = 5000;

/**
 * Checks that each database and the brokers have a member that accepts connections; the readers find out whether it is the right
 * one. Throws EnvironmentError. `file`: the file that named them.
 */
export async function expectServers({ databases, kafka }: RealShopAddresses, file: string): Promise<void> {
  const clusters = [...Object.values(databases).map(membersOf), kafka.brokers];
  const answers = await Promise.all(clusters.map(async (members) => (await Promise.all(members.map(isThere))).includes(true)));
  const away = clusters.filter((_, index) => answers[index] === false).flat();
  if (away.length === 0) return;
  throw new EnvironmentError(`${[...new Set(away)].join(', ')} cannot be reached`, `Start the servers that ${file} names, or give the file of a shop that runs.`);
}

/** `host:port` of each member; `URL` does not parse a list of hosts. */
function membersOf(url: string): readonly string[] {
  const [, scheme = '', hosts = ''] = /^(\w+):\/\/(?:[^@/]*@)?([^/?]+)/.exec(url) ?? [];
  return hosts.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORTS[scheme]}`));
}

async function isThere(member: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${member}`);
  const connected = Bun.connect({ hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port), socket: { data() {} } }).then(
    (socket) => {
      socket.end();
      return true;
    },
    () => false,
  );
  return withTimeout(CONNECT_LIMIT_MS, connected, member).catch(() => false);
}
