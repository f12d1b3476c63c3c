import { connect } from 'node:net';

/** Bytes of an answer that are kept for inspection. */
const KEPT = 64 * 1024;
const CONNECT_LIMIT_MS = 5000;

interface ConnectOptions {
  /** Source address in the loopback network, so that strangers do not share one with honest callers. */
  readonly from?: string;
  /** false: nothing is ever read, so the other side has to keep what it sends. */
  readonly reads?: boolean;
}

/** One TCP connection that sends any bytes, in any pieces and order. */
export interface RawConnection {
  send(bytes: string | Uint8Array): void;
  /** Ends sending; answers can still be read. */
  halfClose(): void;
  /** The beginning of the bytes received so far. */
  received(): string;
  /** Number of bytes received so far. */
  receivedBytes(): number;
  /** The status of the first answer; undefined if the connection ended or the time ran out without one. */
  status(limitMs: number): Promise<number | undefined>;
  readonly ended: Promise<void>;
  destroy(): void;
}

/** Rejects if the connection is refused, or not accepted within 5 s. */
export async function rawConnection(url: string, { from = '127.0.0.66', reads = true }: ConnectOptions = {}): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), localAddress: from });
  let kept = '';
  let bytes = 0;
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isOver = true;
      resolve();
    });
  });
  // A reset also ends a connection; `close` follows it.
  socket.on('error', () => undefined);
  if (reads) {
    socket.on('data', (part: Buffer) => {
      bytes += part.byteLength;
      if (kept.length < KEPT) kept += part.toString('latin1').slice(0, KEPT - kept.length);
    });
  } else {
    socket.pause();
  }
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`no connection to ${url} within ${CONNECT_LIMIT_MS} ms`)), CONNECT_LIMIT_MS);
    socket.once('connect', () => {
      clearTimeout(limit);
      resolve();
    });
    socket.once('close', () => {
      clearTimeout(limit);
      reject(new Error(`no connection to ${url}`));
    });
  });
  return {
    send: (part) => void (isOver || socket.write(part)),
    halfClose: () => void socket.end(),
    received: () => kept,
    receivedBytes: () => bytes,
    async status(limitMs) {
      const limit = performance.now() + limitMs;
      while (performance.now() < limit) {
        const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(kept) ?? [];
        if (status !== undefined) return Number(status);
        if (isOver) return undefined;
        await Bun.sleep(2);
      }
      return undefined;
    },
    ended,
    destroy: () => socket.destroy(),
  };
}

interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Content length to declare, whatever follows. */
  readonly saidLength?: number;
}

/** An HTTP/1.1 request as text. A body is declared as JSON unless `headers` say otherwise. */
export function rawRequest({ method, path, headers = {}, body, saidLength }: RawRequest): string {
  const length = saidLength ?? (body === undefined ? undefined : Buffer.byteLength(body));
  const all = {
    host: 'attack.example',
    ...(length !== undefined && { 'content-type': 'application/json', 'content-length': String(length) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
}
