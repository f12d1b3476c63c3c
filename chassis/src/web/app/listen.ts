import { isIP } from 'node:net';
import type { Door } from './edge.ts';
import type { HttpApp } from './http-app.ts';

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

interface Place {
  readonly port: number;
  readonly hostname: string;
}

/** Remedy: another port, or ending the process that has it; another port; another address; a higher limit of open files. */
type Remedy = 'taken' | 'port' | 'address' | 'files';

interface Reason {
  readonly remedy: Remedy;
  readonly what: (at: Place) => string;
}

const NOT_ALLOWED: Reason = { remedy: 'port', what: ({ port }) => `this user may not open port ${port} (below 1024 only an administrator may)` };
const NO_SUCH_ADDRESS: Reason = { remedy: 'address', what: ({ hostname }) => `${hostname} is no address of this machine` };
const TOO_MANY_FILES: Reason = { remedy: 'files', what: ({ port }) => `too many files are open to open port ${port}` };

/** By the system's error code. */
const REASONS: Readonly<Record<string, Reason>> = {
  EADDRINUSE: { remedy: 'taken', what: ({ port }) => `port ${port} is in use` },
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  ERR_OUT_OF_RANGE: { remedy: 'port', what: ({ port }) => `${port} is no port, which are from 0 to 65535` },
  EADDRNOTAVAIL: NO_SUCH_ADDRESS,
  EAFNOSUPPORT: NO_SUCH_ADDRESS,
  EINVAL: NO_SUCH_ADDRESS,
  ENOTFOUND: NO_SUCH_ADDRESS,
  EAI_AGAIN: NO_SUCH_ADDRESS,
  EMFILE: TOO_MANY_FILES,
  ENFILE: TOO_MANY_FILES,
};

function unknownReason(reason: string): Reason {
  return { remedy: 'port', what: ({ hostname, port }) => `port ${port} of ${hostname} cannot be opened (${reason})` };
}

/** A port cannot be opened. The message says why; the remedy depends on where the port was set. */
export class ListenError extends Error {
  readonly code = 'cannot-listen';
  readonly remedy: Remedy;
  readonly port: number;
  constructor(
    /** `EADDRINUSE` and the like */
    readonly reason: string,
    at: Place,
    options?: ErrorOptions,
  ) {
    // For a host name that cannot be resolved the runtime reports the code of an earlier error.
    const { remedy, what } = REASONS[reason] ?? (isIP(at.hostname) === 0 ? NO_SUCH_ADDRESS : unknownReason(reason));
    super(what(at), options);
    this.name = 'ListenError';
    this.remedy = remedy;
    this.port = at.port;
  }
}

/** Turns a system error of Bun.serve or Bun.listen into a ListenError; returns any other error as it is. */
export function listenErrorOf(cause: unknown, at: Place): unknown {
  const isOfSystem = cause instanceof Error && 'code' in cause && typeof cause.code === 'string';
  return isOfSystem ? new ListenError(String(cause.code), at, { cause }) : cause;
}
