import { existsSync, readFileSync } from 'node:fs';
import { ListenError, listenErrorOf } from '@souk/chassis/web/app/listen';

/** Ports already given out: nothing listens on them yet, and they must not be given out twice. */
const given = new Set<number>();
const TRIES = 200;
const LOWEST = 15_000;

/**
 * Returns a free port of 127.0.0.1 whose next port is free, too (Kafka's controller). It is below the range that the kernel gives
 * to clients: while a killed server is away, a client that keeps reconnecting would sooner or later get the server's port as its
 * own, connect to itself, and keep the server from coming back.
 */
export function freePort(): number {
  const highest = lowestOfClients() - 2;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = LOWEST + Math.floor(Math.random() * (highest - LOWEST));
    if (given.has(port) || given.has(port + 1) || !isFree(port) || !isFree(port + 1)) continue;
    given.add(port).add(port + 1);
    return port;
  }
  throw new Error(`no free port between ${LOWEST} and ${highest}`);
}

/** Holds the port for a moment: do not call it while another process is about to listen there. */
export function isFree(port: number): boolean {
  try {
    Bun.listen({ hostname: '127.0.0.1', port, socket: { data() {} } }).stop(true);
    return true;
  } catch (error) {
    const refusal = listenErrorOf(error, { hostname: '127.0.0.1', port });
    if (refusal instanceof ListenError && refusal.reason === 'EADDRINUSE') return false;
    throw refusal;
  }
}

/** Throws ListenError. */
export function expectFree(port: number): void {
  if (!isFree(port)) throw new ListenError('EADDRINUSE', { hostname: '127.0.0.1', port });
}

/** Checks without holding the port. */
export async function isListening(port: number): Promise<boolean> {
  try {
    (await Bun.connect({ hostname: '127.0.0.1', port, socket: { data() {} } })).end();
    return true;
  } catch {
    return false;
  }
}

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
/** The lowest client port by the standard; Linux has its own. */
const IANA_LOWEST = 49_152;

function lowestOfClients(): number {
  return existsSync(RANGE) ? Number(readFileSync(RANGE, 'utf8').split(/\s+/)[0]) : IANA_LOWEST;
}
