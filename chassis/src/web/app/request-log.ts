import type { Logger } from 'pino';
import type { Metrics } from '../../telemetry/metrics.ts';
import { PROBES } from './probes.ts';
import { type RequestFacts, requestFields } from './request-facts.ts';

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Statuses of a service that is at fault, or cannot serve now. */
const SERVER_ERRORS = ['500', '503'];

/** Measures and logs every answered request: routine ones at info, probes at debug. */
export function requestLog(
  logger: Logger,
  metrics: Metrics,
): (request: Request, facts: RequestFacts, response: Response) => void {
  const durations = metrics.histogram('http_request_duration_seconds', 'Time from request to answer', BUCKETS, [
    'method',
    'route',
    'status',
  ]);
  // Besides the durations, whose series begin with their first request: these begin at 0, so that an alert sees the first error, too.
  const errors = metrics.counter('http_server_errors_total', 'Requests answered 5xx', ['status'] as const);
  for (const status of SERVER_ERRORS) errors.inc({ status }, 0);
  // Looking a series up by its labels costs more than observing it. Bun knows a fixed set of methods, and routes and statuses are few, so this stays small.
  const series = new Map<string, { observe(seconds: number): void }>();

  return (request, { route, startedAt, principal }, { status, headers }) => {
    const ms = performance.now() - startedAt;
    const { method } = request;
    const key = `${method} ${route} ${status}`;
    let durationsHere = series.get(key);
    if (durationsHere === undefined) {
      durationsHere = durations.labels(method, route, String(status));
      series.set(key, durationsHere);
    }
    durationsHere.observe(ms / 1000);
    if (status >= 500) errors.inc({ status: String(status) });
    const level = PROBES.has(route) ? 'debug' : 'info';
    if (!logger.isLevelEnabled(level)) return;
    // A created resource has no id in the path yet.
    const location = headers.get('location') ?? undefined;
    logger[level]({ ...requestFields(request), status, ms, userId: principal?.userId, location }, 'request');
  };
}
