import { isIP } from 'node:net';

interface Place {
  readonly port: number;
  readonly hostname: string;
}

/** The cure: another port or the end of whoever has it, another port, another address, or more files that may be open. */
type Remedy = 'taken' | 'port' | 'address' | 'files';

interface Reason {
  readonly remedy: Remedy;
  readonly what: (at: Place) => string;
}

const NOT_ALLOWED: Reason = { remedy: 'port', what: ({ port }) => `this user may not open port ${port} (below 1024 only an administrator may)` };
const NO_SUCH_ADDRESS: Reason = { remedy: 'address', what: ({ hostname }) => `${hostname} is no address of this machine` };
const TOO_MANY_FILES: Reason = { remedy: 'files', what: ({ port }) => `too many files are open to open port ${port}` };

/** By the system's own word for what went wrong. */
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

/** A port cannot be opened. The message says why; what to do about it depends on where the port comes from. */
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
    // For a name that no resolver knows the runtime tells whatever went wrong before.
    const { remedy, what } = REASONS[reason] ?? (isIP(at.hostname) === 0 ? NO_SUCH_ADDRESS : unknownReason(reason));
    super(what(at), options);
    this.name = 'ListenError';
    this.remedy = remedy;
    this.port = at.port;
  }
}

/** An error of Bun.serve or Bun.listen as one; whatever else it is stays as it is. */
export function listenErrorOf(cause: unknown, at: Place): unknown {
  const isOfSystem = cause instanceof Error && 'code' in cause && typeof cause.code === 'string';
  return isOfSystem ? new ListenError(String(cause.code), at, { cause }) : cause;
}
