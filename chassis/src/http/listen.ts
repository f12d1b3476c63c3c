import type { HttpApp } from './http-app.ts';
import { listenErrorOf } from './listen-error.ts';

const DRAIN_LIMIT_MS = 5000;
const IDLE_TIMEOUT_S = 60;
/** Far above the limit for JSON bodies: what Bun refuses by itself is answered without a problem document. */
const TRANSPORT_BODY_LIMIT = 1024 ** 3;

export interface Listening {
  /** For callers on this machine. */
  readonly url: string;
  /** The address and port it listens on, `0.0.0.0:4003`. */
  readonly address: string;
  readonly port: number;
  /** Turns unready at once; resolves after the delay. May be called again. */
  leave(): Promise<void>;
  /** Leaves, takes no new connections, finishes what is running (5 s at most), then closes. May be called again. */
  stop(): Promise<void>;
}

interface ListenOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly hostname?: string;
  /** Milliseconds during which it still takes everything, while those who direct traffic here notice that it is not ready. */
  readonly shutdownDelayMs?: number;
  readonly drainLimitMs?: number;
}

export function listen(
  app: HttpApp,
  { port, hostname = '0.0.0.0', shutdownDelayMs = 0, drainLimitMs = DRAIN_LIMIT_MS }: ListenOptions,
): Listening {
  const server = serve(app, port, hostname);
  const bound = server.port ?? port;
  let leaving: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function leave(): Promise<void> {
    app.drain();
    if (shutdownDelayMs > 0) await Bun.sleep(shutdownDelayMs);
  }

  async function stop(): Promise<void> {
    await (leaving ??= leave());
    const closed = server.stop();
    const limit = performance.now() + drainLimitMs;
    while (server.pendingRequests > 0 && performance.now() < limit) await Bun.sleep(5);
    await server.stop(true);
    await closed;
  }

  return {
    url: `http://${withBrackets(LOOPBACK[hostname] ?? hostname)}:${bound}`,
    address: `${withBrackets(hostname)}:${bound}`,
    port: bound,
    leave: () => (leaving ??= leave()),
    stop: () => (stopping ??= stop()),
  };
}

/** Loopback addresses by the wildcard address that includes them. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** As an IPv6 address stands in a URL. */
function withBrackets(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function serve(app: HttpApp, port: number, hostname: string) {
  try {
    return Bun.serve({
      port,
      hostname,
      reusePort: false,
      idleTimeout: IDLE_TIMEOUT_S,
      maxRequestBodySize: TRANSPORT_BODY_LIMIT,
      development: false,
      fetch: (request, server) => app.handle(request, () => server.requestIP(request)?.address),
    });
  } catch (cause) {
    throw listenErrorOf(cause, { port, hostname });
  }
}
