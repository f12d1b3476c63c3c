import { isIP } from 'node:net';

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
