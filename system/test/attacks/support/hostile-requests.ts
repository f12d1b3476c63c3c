import type { ServiceName } from '@souk/contracts/services';
import { rawConnection, rawRequest } from '../../../src/tools/attacks/raw-connection.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';

/** From 0, below 1. */
type Random = () => number;

interface Operation {
  readonly method: string;
  readonly path: string;
}

/** An operation, and who asks: `authorization` among the headers, or nobody. */
interface Asked extends Operation {
  readonly headers: Readonly<Record<string, string>>;
}

const AT_ONCE = 40;
const DRAWS = 12;
/** A request without an answer by then was an incomplete one. */
const ANSWER_LIMIT_MS = 4000;
const SLOW_PIECES = 6;
const SLOW_MS = 40;
const BODY = 64 * 1024;

/** One hostile request: sends what it likes, answers the status it got, or undefined. */
type Hostility = (url: string, asked: Asked, random: Random) => Promise<number | undefined>;

const pick = <T>(random: Random, list: readonly T[]): T => {
  const one = list[Math.floor(random() * list.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
};

/** The path with something in place of its parameters that may, or may not, be of their form. */
function filled(path: string, random: Random): string {
  return path.replaceAll(/\{[^}]+\}/g, () =>
    pick(random, [() => crypto.randomUUID(), () => '%00', () => 'x'.repeat(3000), () => '%f0%28%8c%28', () => '..%2f..', () => '0'])(),
  );
}

const deepValues: readonly ((depth: number) => string)[] = [
  (depth) => `{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`,
  (depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
  (depth) => `[${'['.repeat(depth)}`,
  (depth) => `{"items":[${'{"a":['.repeat(depth)}${']}'.repeat(depth)}]}`,
];

const wideValues: readonly ((bytes: number) => string)[] = [
  (bytes) => `{${Array.from({ length: bytes / 12 }, (_, at) => `"f${at}":${at}`).join(',')}}`,
  (bytes) => `{"items":[${Array.from({ length: bytes / 3 }, () => '{}').join(',')}]}`,
  (bytes) => `{"email":"${'a'.repeat(bytes)}"}`,
  (bytes) => `{"items":[${'1e999,'.repeat(bytes / 6)}0]}`,
  (bytes) => `{"name":"${'\\u0000'.repeat(bytes / 6)}"}`,
  (bytes) => `{${'"a":1,'.repeat(bytes / 6)}"__proto__":{"x":1}}`,
];

async function answered(url: string, text: string): Promise<number | undefined> {
  const connection = await rawConnection(url);
  try {
    connection.send(text);
    return await connection.status(ANSWER_LIMIT_MS);
  } finally {
    connection.destroy();
  }
}

const HOSTILITIES: Readonly<Record<string, Hostility>> = {
  deep: (url, { method, path, headers }, random) => {
    const body = pick(random, deepValues)(Math.floor(1 + random() * 8000)).slice(0, BODY);
    return answered(url, rawRequest({ method, path: filled(path, random), headers, body }));
  },
  wide: (url, { method, path, headers }, random) => {
    const body = pick(random, wideValues)(Math.floor(random() * BODY)).slice(0, BODY + Math.floor(random() * 100));
    return answered(url, rawRequest({ method, path: filled(path, random), headers, body }));
  },
  /** A query or headers that go on. */
  long: (url, { method, path, headers }, random) => {
    const query = random() < 0.5 ? Array.from({ length: 2000 }, (_, at) => `sku=${at}`).join('&') : `q=${'%20a'.repeat(2000)}`;
    const more = random() < 0.5 ? { 'x-request-id': 'y'.repeat(8000) } : { cookie: 'c=1; '.repeat(1500) };
    return answered(url, rawRequest({ method, path: `${filled(path, random)}?${query.slice(0, 9000)}`, headers: { ...headers, ...more } }));
  },
  slow: async (url, { method, path, headers }, random) => {
    const text = rawRequest({ method, path: filled(path, random), headers, body: pick(random, wideValues)(2000) });
    const connection = await rawConnection(url);
    try {
      const size = Math.ceil(text.length / SLOW_PIECES);
      for (let at = 0; at < text.length; at += size) {
        connection.send(text.slice(at, at + size));
        await Bun.sleep(random() * SLOW_MS);
      }
      return await connection.status(ANSWER_LIMIT_MS);
    } finally {
      connection.destroy();
    }
  },
  /** Asks for a lot on one connection and reads nothing of it. */
  unread: async (url, { path, headers }, random) => {
    const connection = await rawConnection(url, { reads: false });
    const times = 1 + Math.floor(random() * 50);
    connection.send(rawRequest({ method: 'GET', path: filled(path, random), headers }).repeat(times));
    await Bun.sleep(random() * 500);
    connection.destroy();
    return undefined;
  },
  /** Sends part of a body and then no more, but listens on. */
  halfClosed: async (url, { method, path, headers }, random) => {
    const connection = await rawConnection(url);
    try {
      const said = Math.floor(random() * BODY);
      connection.send(rawRequest({ method, path: filled(path, random), headers, body: '{"a":', saidLength: said }));
      connection.halfClose();
      return await connection.status(1000);
    } finally {
      connection.destroy();
    }
  },
  /** Goes away in the middle, with a reset. */
  gone: async (url, { method, path, headers }, random) => {
    const connection = await rawConnection(url);
    connection.send(rawRequest({ method, path: filled(path, random), headers, body: '{"a":', saidLength: 1 + Math.floor(random() * BODY) }));
    await Bun.sleep(random() * 20);
    connection.destroy();
    return undefined;
  },
  /** No HTTP, or some that is half of it. */
  garbled: (url, { method, path }, random) => {
    const line = pick(random, ['HTTP/1.1 GET /', '\u0000\u0001\u0002', `${method} ${path} HTTP/1.1\r\ntransfer-encoding: chunked\r\ncontent-length: 3`, 'PRI * HTTP/2.0', 'GET http://[::1 HTTP/1.1']);
    return answered(url, `${line}\r\nhost: x\r\n\r\n0\r\n\r\n`);
  },
  /** A chunked body whose chunks say what they like. */
  chunked: (url, { method, path, headers }, random) => {
    const chunks = pick(random, ['ffffffff\r\n{}', '2\r\n{}\r\n0\r\n\r\n', '-1\r\n', `${'1\r\n{\r\n'.repeat(3000)}0\r\n\r\n`]);
    return answered(url, `${rawRequest({ method, path: filled(path, random), headers: { ...headers, 'content-type': 'application/json', 'transfer-encoding': 'chunked' } })}${chunks}`);
  },
};

/** Counts of hostile requests by kind and by the status they got; 0: no answer. */
export type HostileTally = Record<string, Record<number, number>>;

interface Hostilities {
  readonly url: string;
  readonly operations: readonly Operation[];
  /** Access tokens: each request has one of them, or none. */
  readonly tokens: readonly string[];
  readonly random: SeededRandom;
  readonly count: number;
}

/** `count` hostile requests to one service, chosen by `random`, at most 40 of them at the same time. */
export async function hostileRequests({ url, operations, tokens, random, count }: Hostilities): Promise<HostileTally> {
  const tally: HostileTally = {};
  // Chosen before anything runs: a seed means the same requests, whatever order their answers come in.
  const chosen = Array.from({ length: count }, () => ({
    kind: pick(random.next, Object.keys(HOSTILITIES)),
    asked: { ...pick(random.next, operations), headers: pick(random.next, [{}, ...tokens.map((token) => ({ authorization: `Bearer ${token}` }))]) },
    own: drawn(random),
  }));
  const next = chosen.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const { kind, asked, own } of next) {
        const status = (await HOSTILITIES[kind]?.(url, asked, own).catch(() => undefined)) ?? 0;
        const ofKind = (tally[kind] ??= {});
        ofKind[status] = (ofKind[status] ?? 0) + 1;
      }
    }),
  );
  return tally;
}

/** As many numbers as one request needs, again from the beginning after that. */
function drawn(random: SeededRandom): Random {
  const numbers = Array.from({ length: DRAWS }, () => random.next());
  let at = 0;
  return () => numbers[at++ % DRAWS] ?? 0;
}

/** Would end the sessions that the others ask with. */
const ENDS_ACCESS = /^\/(?:sessions|users\/me$)/;

/** Every operation that a service's own document names, but those that end the caller's own access. */
export async function operationsOf(url: string, service: ServiceName): Promise<readonly Operation[]> {
  const answer = await fetch(`${url}/openapi.json`);
  if (!answer.ok) throw new Error(`${service} shows no document: ${answer.status}`);
  const { paths } = (await answer.json()) as { readonly paths: Readonly<Record<string, object>> };
  return Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path }))).filter(({ method, path }) => method !== 'DELETE' || !ENDS_ACCESS.test(path));
}
