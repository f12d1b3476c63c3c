import { asyncApiDocument } from '@souk/contracts/asyncapi';
import type { ServiceName } from '@souk/contracts/services';
import type { AnyElysia } from 'elysia';
import type { Logger } from 'pino';
import type { Engine } from '../engine/engine.ts';
import type { ServiceStore } from '../engine/service-store.ts';
import type { Collections } from '../engine/writer/use-case.ts';
import type { EventLog } from '../log/event-log.ts';
import { committedRoutes } from './committed-routes.ts';
import { CommittedStreams } from './committed-stream.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import { historyRoutes } from './history-routes.ts';
import type { FaultMaker } from './fault-maker.ts';
import { faultRoutes } from './fault-routes.ts';
import { messagingGauges } from './messaging-metrics.ts';
import { opsRoutes } from './ops-routes.ts';
import { serviceAdmission, type ServiceAdmission } from './service-admission.ts';
import type { ServiceConfig } from './service-config.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { reportTo } from '../telemetry/report.ts';
import type { SecurityEvents } from '../telemetry/security-events.ts';
import type { EdgeOptions } from '../web/app/edge.ts';
import { createHttpApp } from '../web/app/http-app.ts';
import { listen, type Listening } from '../web/app/listen.ts';
import type { ReadyFacts } from '../web/app/probes.ts';
import { router } from '../web/app/router.ts';
import type { Backlog } from '../web/limits/admission.ts';
import type { AuthOptions } from '../web/sign-in/access-token.ts';

/** Readiness turns red when events have waited this long without any being sent. */
const OUTBOX_LIMIT_MS = 10_000;
/** Changes are refused when more inputs than this wait in the queue. */
const WAITING_LIMIT = 10_000;
/** Each try of a transaction ends within its limits, successfully or not: a writer without progress for this long will never make any. */
const STANDSTILL_LIMIT_MS = 60_000;
/** Delay after the port has opened: callers that waited for the start ask just then, and work that no request needs lets them pass. */
export const AFTER_OPENING_MS = 100;

/** A service as the process that runs it sees it. */
export interface Service {
  readonly name: ServiceName;
  /**
   * The HTTP application without a socket, between `start` and `close`; with operators' routes unless they have a port of their
   * own. `address` is the caller's, for limits by address; without it all callers count as one. Never rejects.
   */
  fetch(request: Request, address?: string): Promise<Response>;
  /**
   * Takes its lane, starts reading its topics, opens its port. The schema must be up to date. Throws `LaneInUseError`, among
   * others. May be called again after a rejection.
   */
  start(): Promise<Pick<Listening, 'url' | 'address'> & Partial<Pick<Listening, 'opsAddress'>>>;
  /**
   * Resolves when the service is to be closed: another live process runs under its name, so it does nothing any more, or a
   * setting is wrong that takes longer to check than a start.
   */
  readonly lost: Promise<Error>;
  /**
   * Drains: no new requests, running ones end, the queue is settled, events are sent. Leaves store and log open: they belong to
   * the caller.
   */
  close(): Promise<void>;
}

/** Parts that a process provides to each service it runs. */
export interface ServiceParts {
  readonly log: EventLog;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Absent: nobody can make faults here. */
  readonly faults?: FaultMaker;
}

export interface ServiceOptions<C extends Collections, Task> extends ServiceParts {
  readonly name: ServiceName;
  readonly version: string;
  /** Absent edge settings are off. */
  readonly config: Pick<ServiceConfig, 'host' | 'port' | 'issuer' | 'audience' | 'shutdownDelayMs'> & EdgeOptions;
  readonly auth: Pick<AuthOptions, 'keys' | 'isRevoked'>;
  readonly security: SecurityEvents;
  readonly engine: Engine<C, Task>;
  readonly store: ServiceStore<C>;
  readonly routes: readonly AnyElysia[];
  /** Started soon after the port is open, for work that no request needs at once; must not reject. */
  readonly whenOpen?: () => Promise<void>;
  /** Called when the service stops: ends work that only this service has, while the last requests run. It is awaited, but not for ever. */
  readonly endOwnWork?: () => Promise<unknown>;
  /** Called when no request runs any more and before the queue is settled for the last time. */
  readonly beforeClose?: () => void;
  /** Absent: nothing is refused early. */
  readonly admission?: NewWork;
  /** Facts that `/readyz` reports for this service alone. */
  readonly readyFacts?: ReadyFacts;
}

/** Admission of new work (routes that are `postponable`). */
export interface NewWork {
  readonly targetMs: number;
  /** Work that waits for other services as well; absent: work ends when this process's events are sent. */
  readonly elsewhere?: { readonly backlog: () => Backlog; admitted(): void };
}

/** An engine with an HTTP interface, probes, metrics and operators' routes. Each of the five services is one. */
export function createService<C extends Collections, Task>(options: ServiceOptions<C, Task>): Service {
  const { name, version, config, auth, security, engine, store, log, logger, metrics, routes, whenOpen, endOwnWork, beforeClose } = options;
  const { host: hostname, port, opsPort, opsHost, issuer, audience, shutdownDelayMs } = config;
  messagingGauges(metrics, engine, store.messages, reportTo(logger));
  const streams = new CommittedStreams({ service: name, tail: engine.committed, hasEnded: engine.hasEnded, report: reportTo(logger) });
  metrics.gauge('souk_ops_streams', 'Open streams of what is committed', () => streams.size);
  const admission = admissionOf(options);
  const facts = [options.readyFacts, admission?.readyFacts].filter((some) => some !== undefined);
  const app = createHttpApp({
    service: name,
    version,
    logger,
    metrics,
    auth: { ...auth, issuer, audience, isRevoked: (principal) => engine.hasEnded(principal) || (auth.isRevoked?.(principal) ?? false) },
    security,
    alive() {
      const ms = engine.standsStillMs();
      if (ms > STANDSTILL_LIMIT_MS) throw new Error(`the writer has been in one transaction for ${Math.round(ms)} ms`);
    },
    checks: {
      async database() {
        await store.check();
        const failure = engine.writeFailure();
        if (failure !== undefined) throw new Error('the last transaction failed', { cause: failure });
      },
      clock: () => engine.checkClock(),
      'event log': () => log.check(),
      outbox() {
        const stalledMs = engine.outboxStalledMs();
        if (stalledMs > OUTBOX_LIMIT_MS) throw new Error(`no event was sent for ${Math.round(stalledMs)} ms`);
      },
    },
    readyFacts: facts.length === 0 ? undefined : together(facts),
    admit: admission?.admit,
    edge: config,
    busy: () => (engine.waiting() > WAITING_LIMIT ? 1 : null),
    routes: [
      ...routes,
      opsRoutes(engine, store.messages),
      deadLetterRoutes(name, engine, store.messages),
      committedRoutes(streams),
      historyRoutes({ service: name, engine, reads: store.committed }),
      deliveryRoutes(engine.deliveries),
      faultRoutes(options.faults, Object.keys(engine.handlers)),
      asyncApiRoute(name),
    ],
  });
  let listening: Listening | undefined;
  let opening: ReturnType<typeof setTimeout> | undefined;
  let afterwards: Promise<unknown> | undefined;
  let looking: ReturnType<typeof setInterval> | undefined;
  /** Answers under way that no socket waits for. */
  const fetching = new Set<Promise<Response>>();
  return {
    name,
    fetch(request, address) {
      const answer = app.handle(request, () => address, opsPort === undefined ? 'every' : 'public').finally(() => fetching.delete(answer));
      fetching.add(answer);
      return answer;
    },
    lost: engine.lost,
    async start() {
      await engine.start();
      try {
        listening = listen(app, { port, hostname, opsPort, opsHost, shutdownDelayMs });
        opening = setTimeout(() => {
          afterwards = Promise.all([auth.keys.fetchAhead?.(), whenOpen?.()]);
        }, AFTER_OPENING_MS);
        if (admission !== undefined) looking = setInterval(admission.look, 1000).unref();
        const { url, address, opsAddress } = listening;
        return { url, address, opsAddress };
      } catch (error) {
        await engine.close();
        throw error;
      }
    },
    async close() {
      clearTimeout(opening);
      clearInterval(looking);
      await listening?.leave();
      await engine.close(async () => {
        await Promise.all([listening?.stop(), endOwnWork?.(), streams.close(), ...fetching]);
        beforeClose?.();
        await afterwards;
      });
      security.flush();
    },
  };
}

function admissionOf<C extends Collections, Task>({ admission, engine, logger, metrics }: ServiceOptions<C, Task>): ServiceAdmission | undefined {
  if (admission === undefined) return undefined;
  const { targetMs, elsewhere } = admission;
  return serviceAdmission({ targetMs, logger, metrics, admitted: elsewhere?.admitted, backlog: () => backlogOf(engine, elsewhere?.backlog()) });
}

/** The inputs that this process has still to settle, and the work after that: at least that its events are sent. */
function backlogOf(
  { oldestWaitingMs, waiting, outboxAgeMs, backlog }: Pick<Engine<never>, 'oldestWaitingMs' | 'waiting' | 'outboxAgeMs' | 'backlog'>,
  elsewhere: Backlog | undefined,
): Backlog {
  if (elsewhere === undefined) return { delayMs: oldestWaitingMs() + outboxAgeMs(), waiting: waiting() + backlog() };
  // The delay elsewhere counts from admission, so it includes this queue.
  return { delayMs: Math.max(oldestWaitingMs(), elsewhere.delayMs), waiting: waiting() + elsewhere.waiting };
}

function together(facts: readonly ReadyFacts[]): ReadyFacts {
  return {
    schema: Object.assign({}, ...facts.map(({ schema }) => schema)),
    values: () => Object.assign({}, ...facts.map(({ values }) => values())),
  };
}

/** The messages that this service sends and receives, as AsyncAPI 3.0. */
function asyncApiRoute(service: ServiceName) {
  let document: object | undefined;
  // Made on first use, so that start-up does not wait for it.
  return router().get('/asyncapi.json', () => (document ??= asyncApiDocument([service])), {
    detail: {
      summary: 'The events of this service',
      responses: { 200: { description: 'AsyncAPI 3.0', content: { 'application/json': {} } } },
    },
  });
}
