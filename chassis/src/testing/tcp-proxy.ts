import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * - `forward`: bytes go through, both ways
 * - `stall`: nothing goes through and nothing is lost; new connections are accepted and get no answer
 * - `drop-answers`: the server receives from its clients, but its answers are dropped
 * - `away`: as if no server ran there: open connections break, new ones are refused
 * - `cut-on-answer`: as soon as the server answers, its answer is discarded and the connection is cut
 */
export type ProxyMode = 'forward' | 'stall' | 'away' | 'drop-answers' | 'cut-on-answer';

/** The network between a client and a server, which tests can break at will. */
export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Number of connections that clients have opened so far. */
  readonly accepted: number;
  /** Sets the mode for open and new connections. Dropped answers stay lost, stalled bytes go on. */
  set(mode: ProxyMode): void;
  /** Breaks all open connections, or all but one; new ones are accepted. */
  cut(but?: Connection): void;
  /**
   * Calls `react` once, when a client next sends this text: before the server receives it, which it does not if its connection
   * is broken now.
   */
  whenSaid(text: string, react: (on: Connection) => void): void;
  close(): Promise<void>;
}

/** The connection of one client, as passed to the callback of `whenSaid`. */
export interface Connection {
  readonly client: Socket;
  readonly server: Socket;
}

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  /** Changes the server's answers, for a server that tells its clients its own address. */
  readonly translate?: (answer: Buffer, proxyPort: number) => Buffer;
}

/** Listens on a free local port and forwards to `host:port`. */
export async function tcpProxy({ translate, ...to }: ProxyTarget): Promise<TcpProxy> {
  const links = new Set<Connection>();
  let mode: ProxyMode = 'forward';
  let accepted = 0;
  let awaited: { readonly text: string; react(on: Connection): void } | undefined;

  function flow({ client, server }: Connection): void {
    for (const socket of [client, server]) {
      if (mode === 'stall') socket.pause();
      else socket.resume();
    }
  }

  function end(link: Connection): void {
    links.delete(link);
    link.client.destroy();
    link.server.destroy();
  }

  function answer(link: Connection, bytes: Buffer | string): void {
    if (mode === 'cut-on-answer') end(link);
    else if (mode !== 'drop-answers') link.client.write(translate?.(Buffer.from(bytes), port) ?? bytes);
  }

  function ask(link: Connection, bytes: Buffer | string): void {
    if (awaited !== undefined && bytes.includes(awaited.text)) {
      const { react } = awaited;
      awaited = undefined;
      react(link);
    }
    if (links.has(link)) link.server.write(bytes);
  }

  const listener = createServer({ noDelay: true }, (client) => {
    accepted += 1;
    const link = { client, server: connect({ ...to, noDelay: true }) };
    links.add(link);
    client.on('data', (bytes) => ask(link, bytes));
    link.server.on('data', (bytes) => answer(link, bytes));
    for (const socket of [client, link.server]) {
      // An error is always followed by `close`: for the other side the connection is gone, whatever the reason.
      socket.on('error', () => undefined);
      socket.on('close', () => end(link));
    }
    flow(link);
  });
  const port = await listening(listener);

  return {
    host: '127.0.0.1',
    port,
    get accepted() {
      return accepted;
    },
    set(wanted) {
      const [wasAway, isAway] = [mode === 'away', wanted === 'away'];
      mode = wanted;
      if (isAway) for (const link of links) end(link);
      if (isAway && !wasAway) listener.close();
      if (wasAway && !isAway) listener.listen(port, '127.0.0.1');
      for (const link of links) flow(link);
    },
    cut(but) {
      for (const link of links) if (link !== but) end(link);
    },
    whenSaid(text, react) {
      awaited = { text, react };
    },
    async close() {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const link of links) end(link);
      await closed;
    },
  };
}

function listening(listener: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      if (address === null || typeof address === 'string') reject(new Error('the proxy listens on no port'));
      else resolve(address.port);
    });
  });
}

/**
 * A breakable network in front of one Kafka broker that is known to its clients as `address` (`host:port`). A broker tells
 * clients its address; the proxy replaces the port there by its own, so that they stay with the proxy.
 */
export function kafkaProxy(address: string): Promise<TcpProxy> {
  const [host = '', port = ''] = address.split(':');
  const told = placeOf(host, Number(port));
  return tcpProxy({
    host,
    port: Number(port),
    translate: (answer, proxyPort) => {
      for (let at = answer.indexOf(told); at !== -1; at = answer.indexOf(told, at + told.length)) {
        answer.writeInt32BE(proxyPort, at + told.length - 4);
      }
      return answer;
    },
  });
}

/** A broker's address in the protocol: a string with its length, then an int32. */
function placeOf(host: string, port: number): Buffer {
  const place = Buffer.alloc(2 + host.length + 4);
  place.writeInt16BE(host.length, 0);
  place.write(host, 2);
  place.writeInt32BE(port, 2 + host.length);
  return place;
}

export interface MongoProxy extends TcpProxy {
  /** URL of the same database through the proxy only: a driver that knew the replica set would go around it. */
  readonly url: string;
}

/** A breakable network in front of the first member that `url` names. */
export async function mongoProxy(url: string): Promise<MongoProxy> {
  const [, user = '', host = '', port = '27017', database = '', query = ''] =
    /^mongodb:\/\/([^@/]*@)?([^:,/?]+)(?::(\d+))?[^/]*\/([^?]*)\??(.*)$/.exec(url) ?? [];
  const options = new URLSearchParams(query);
  options.delete('replicaSet');
  options.set('directConnection', 'true');
  options.set('monitorCommands', 'true');
  const proxy = await tcpProxy({ host, port: Number(port) });
  return Object.assign(proxy, { url: `mongodb://${user}${proxy.host}:${proxy.port}/${database}?${options.toString()}` });
}
