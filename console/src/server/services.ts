import { problem, type Problem } from '@souk/chassis/web/problems/problem';
import type { ServiceName } from '@souk/contracts/services';
import type { Logger } from '@souk/chassis/telemetry/logging';
import { serviceUrl } from './service-path.ts';
import { type ConsoleSession, SessionOverError } from './sessions.ts';

/** Milliseconds a service may take to answer. */
const ANSWER_LIMIT_MS = 15_000;

export interface ServiceUrls {
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** Of the services whose operators' routes are on another port. */
  readonly opsUrls: Readonly<Partial<Record<ServiceName, string>>>;
}

export interface ServiceRequest {
  readonly service: ServiceName;
  /** As `servicePath` returns it. */
  readonly path: string;
  /** With its question mark, or empty. */
  readonly search?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
  readonly signal?: AbortSignal;
}

export interface Services {
  /** Asks without a token. Throws ServiceAwayError when there is no answer in time; with a `signal` there is no time limit but that. */
  ask(request: ServiceRequest): Promise<Response>;
  /** Asks with the session's token; a refused one is renewed once. Throws SessionOverError as well. */
  askAs(session: ConsoleSession, request: ServiceRequest): Promise<Response>;
}

/** A service does not answer. */
export class ServiceAwayError extends Error {
  readonly code = 'service-away';
  constructor(
    readonly service: ServiceName,
    options: ErrorOptions,
  ) {
    super(`${service} does not answer`, options);
    this.name = 'ServiceAwayError';
  }
}

/** The result of `work`; where a service is away, or the session over, throws the problem that says so. */
export async function orProblem<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ServiceAwayError) throw away(error);
    if (error instanceof SessionOverError) throw sessionOver();
    throw error;
  }
}

function away({ service }: ServiceAwayError): Problem {
  return problem('unavailable', { detail: `${service} does not answer: try again in 1 s.`, headers: { 'retry-after': '1' } });
}

function sessionOver(): Problem {
  return problem('unauthenticated', { detail: 'Nobody is signed in here, or the session has ended: sign in.' });
}

/** Asks the five services, each at its own address and no other, following no redirect. */
export function services({ urls, opsUrls }: ServiceUrls, logger: Pick<Logger, 'warn' | 'info'>, limitMs = ANSWER_LIMIT_MS): Services {
  const outages = outageLog(logger);
  const baseOf = (service: ServiceName, path: string): string => (isOps(path) ? (opsUrls[service] ?? urls[service]) : urls[service]);

  async function ask({ service, path, search, method = 'GET', headers = {}, body, signal }: ServiceRequest): Promise<Response> {
    try {
      const answer = await fetch(serviceUrl(baseOf(service, path), path, search), {
        method,
        headers,
        redirect: 'manual',
        ...(body !== undefined && { body }),
        signal: signal ?? AbortSignal.timeout(limitMs),
      });
      outages.answered(service);
      return answer;
    } catch (cause) {
      if (signal?.aborted !== true) outages.silent(service, cause);
      throw new ServiceAwayError(service, { cause });
    }
  }

  return {
    ask,
    async askAs(session, request) {
      const token = await session.accessToken();
      const answer = await ask(withToken(request, token));
      if (answer.status !== 401) return answer;
      await answer.body?.cancel();
      const again = await ask(withToken(request, await session.tokenAfter(token)));
      if (again.status !== 401) return again;
      await again.body?.cancel();
      throw new SessionOverError();
    },
  };
}

/**
 * One line when a service falls silent, and one when it answers again, whatever is asked of it meanwhile: a service that is being started anew is no error
 * of the console, and the pages show it.
 */
function outageLog(logger: Pick<Logger, 'warn' | 'info'>) {
  const since = new Map<ServiceName, number>();
  return {
    silent(asked: ServiceName, cause: unknown): void {
      if (since.has(asked)) return;
      since.set(asked, performance.now());
      logger.warn({ asked, because: cause instanceof Error ? cause.message : String(cause) }, 'a service does not answer');
    },
    answered(asked: ServiceName): void {
      const silentSince = since.get(asked);
      if (silentSince === undefined) return;
      since.delete(asked);
      logger.info({ asked, seconds: Math.round((performance.now() - silentSince) / 100) / 10 }, 'the service answers again');
    },
  };
}

function withToken(request: ServiceRequest, token: string): ServiceRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
}

function isOps(path: string): boolean {
  return path === '/ops' || path.startsWith('/ops/') || path === '/metrics';
}

/** Reads the body of a service's answer; undefined: it is longer than that. Throws ServiceAwayError when it breaks off, or takes too long. */
export async function bodyAtMost(service: ServiceName, answer: Response, limit: number): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body ?? []) {
      size += chunk.byteLength;
      if (size > limit) return undefined;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new ServiceAwayError(service, { cause });
  }
  return Buffer.concat(chunks);
}

/** undefined: it is no JSON. A proxy before a service answers with pages of its own. */
export function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
