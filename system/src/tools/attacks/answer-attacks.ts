import type { Attack } from './attack.ts';
import type { Target } from './attack-target.ts';
import { type RawConnection, rawConnection, rawRequest } from './raw-connection.ts';

const PICTURES = 80;
const HOLD_MS = 3000;
/** Time after the attack within which everybody must get the picture again; by then unread answers were given up. */
const OVER_LIMIT_MS = 45_000;
const PIPELINED = 2000;

/** Addresses as if from many households: all of 127.0.0.0/8 is this machine. */
const elsewhere = (n: number): string => `127.0.${1 + Math.floor(n / 200)}.${1 + (n % 200)}`;

async function unread(url: string, text: string, count: number, from: (n: number) => string): Promise<RawConnection[]> {
  const connections: RawConnection[] = [];
  for (let n = 0; n < count; n += 1) {
    const connection = await rawConnection(url, { from: from(n), reads: false }).catch(() => undefined);
    connection?.send(text);
    if (connection !== undefined) connections.push(connection);
  }
  return connections;
}

/** Requests large pictures without reading them, from one address, then from many. */
async function unreadPictures({ urls, picture }: Target): Promise<readonly string[]> {
  const text = rawRequest({ method: 'GET', path: new URL(picture).pathname });
  const connections = [
    ...(await unread(urls.product, text, PICTURES, () => '127.0.0.66')),
    ...(await unread(urls.product, text, PICTURES, elsewhere)),
  ];
  await Bun.sleep(HOLD_MS);
  for (const connection of connections) connection.destroy();
  return (await isServed(picture)) ? [] : ['after the attack the picture was not to be had'];
}

/** Connections that each ask thousands of times and never read. */
async function pipelined({ urls }: Target): Promise<readonly string[]> {
  const text = rawRequest({ method: 'GET', path: '/openapi.json' }).repeat(PIPELINED);
  const connections = await unread(urls.product, text, 5, () => '127.0.0.66');
  await Bun.sleep(HOLD_MS);
  for (const connection of connections) connection.destroy();
  return [];
}

async function isServed(url: string): Promise<boolean> {
  for (const limit = performance.now() + OVER_LIMIT_MS; performance.now() < limit; await Bun.sleep(500)) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return true;
  }
  return false;
}

export const ANSWER_ATTACKS: readonly Attack[] = [
  { row: 'S2', title: 'pictures of 5 MB that nobody reads', service: 'product', run: unreadPictures },
  { row: 'S2', title: 'a connection that asks thousands of times and never reads', service: 'product', run: pipelined },
];
