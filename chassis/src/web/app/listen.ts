import type { Door } from './door.ts';
import type { HttpApp } from './http-app.ts';
import { listenErrorOf } from './listen-error.ts';

/** Milliseconds. An embedded shop closes its services in two rounds, and stops within 10 s. */
const DRAIN_LIMIT_MS = 4000;
const IDLE_TIMEOUT_S = 60;
/** Far above the limit for JSON bodies: a refusal by Bun itself comes without a problem document. */
const TRANSPORT_BODY_LIMIT = 1024 ** 3;

export interface Listening {
  /** For callers on this machine. */
  readonly url: string;
  /** The address and port it listens on, `0.0.0.0:4003`. */
  readonly address: string;
  readonly port: number;
  /** The address and port for operators; undefined: they use the only port. */
  readonly opsAddress: string | undefined;
  /** Becomes unready at once; resolves after the delay. May be called again. */
  leave(): Promise<void>;
  /** Leaves, accepts no new connections, finishes running requests (4 s at most), then closes. May be called again. */
  stop(): Promise<void>;
}

interface ListenOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly hostname?: string;
  /** If set, `/metrics` and `/ops` are there and not at `port`. */
  readonly opsPort?: number | undefined;
  readonly opsHost?: string | undefined;
  /** Milliseconds for which it still accepts everything, while load balancers notice that it is not ready. */
  readonly shutdownDelayMs?: number;
  readonly drainLimitMs?: number;
}

export function listen(
  app: HttpApp,
  { port, hostname = '0.0.0.0', opsPort, opsHost = hostname, shutdownDelayMs = 0, drainLimitMs = DRAIN_LIMIT_MS }: ListenOptions,
): Listening {
  // The operators' port first: a caller who finds the other one open finds the service complete.
  const ops = opsPort === undefined ? undefined : serve(app, opsPort, opsHost, 'ops');
  const server = orElse(() => serve(app, port, hostname, ops === undefined ? 'every' : 'public'), () => void ops?.stop(true));
  const servers = ops === undefined ? [server] : [server, ops];
  const bound = server.port ?? port;
  let leaving: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function leave(): Promise<void> {
    app.drain();
    if (shutdownDelayMs > 0) await Bun.sleep(shutdownDelayMs);
  }

  async function stop(): Promise<void> {
    await (leaving ??= leave());
    const closed = servers.map((each) => each.stop());
    const limit = performance.now() + drainLimitMs;
    while (servers.some(({ pendingRequests }) => pendingRequests > 0) && performance.now() < limit) await Bun.sleep(5);
    await Promise.all(servers.map((each) => each.stop(true)));
    await Promise.all(closed);
  }

  return {
    url: `http://${withBrackets(LOOPBACK[hostname] ?? hostname)}:${bound}`,
    address: `${withBrackets(hostname)}:${bound}`,
    port: bound,
    opsAddress: ops && `${withBrackets(opsHost)}:${ops.port ?? opsPort}`,
    leave: () => (leaving ??= leave()),
    stop: () => (stopping ??= stop()),
  };
}

/** Loopback addresses by the wildcard address that includes them. */
const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** Puts brackets around an IPv6 address, as in a URL. */
function withBrackets(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function orElse<T>(attempt: () => T, undo: () => void): T {
  try {
    return attempt();
  } catch (error) {
    undo();
    throw error;
  }
}

function serve(app: HttpApp, port: number, hostname: string, door: Door) {
  try {
    return Bun.serve({
      port,
      hostname,
      reusePort: false,
      idleTimeout: IDLE_TIMEOUT_S,
      maxRequestBodySize: TRANSPORT_BODY_LIMIT,
      development: false,
      fetch: (request, server) => app.handle(request, () => server.requestIP(request)?.address, door),
    });
  } catch (cause) {
    throw listenErrorOf(cause, { port, hostname });
  }
}
