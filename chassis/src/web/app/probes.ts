import { type TProperties, Type } from '@sinclair/typebox';
import { Elysia } from 'elysia';
import type { Logger } from 'pino';
import { answerWith } from './long-answers.ts';
import { invalid, Problem } from '../problems/problem.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { FaultSource } from '../../telemetry/repeated-faults.ts';
import { faultSource, reportTo } from '../../telemetry/report.ts';
import { withTimeout } from '../../timeouts.ts';

/** Resolves when the part that it checks works, and throws when it does not. */
export type ReadinessCheck = () => Promise<void> | void;

/** Facts that `/readyz` reports besides its checks. */
export interface ReadyFacts {
  readonly schema: TProperties;
  readonly values: () => Readonly<Record<string, unknown>>;
}

interface ProbeOptions {
  /** Throws when this process can no longer do its work and only a new one could; does no I/O. */
  readonly alive?: (() => void) | undefined;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  readonly isDraining: () => boolean;
  readonly facts?: ReadyFacts | undefined;
  readonly metrics: Pick<Metrics, 'scrape' | 'contentType'>;
  readonly logger: Logger;
  /** Milliseconds a check may take before it counts as red. */
  readonly checkLimitMs?: number;
}

/** Paths that machines request every few seconds: no rate limit counts them, and they are logged at debug. */
export const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

type CheckResult = 'green' | 'red';

const ReadyQuery = Type.Object({
  exclude: Type.Optional(
    Type.String({
      description: 'Names of checks that are not asked, with commas between them.',
      examples: ['event log,outbox'],
      maxLength: 200,
    }),
  ),
});
const Live = Type.Object({ status: Type.Literal('live') });
const ready = (facts: TProperties) => Type.Object({ status: Type.Literal('ready'), checks: Type.Record(Type.String(), Type.Literal('green')), ...facts });

/** For the document only: the route's own schema would be compiled at the first request to a starting process. */
const answering = (schema: object) => ({ 200: { description: 'OK', content: { 'application/json': { schema } } } });

/**
 * `/livez` does no I/O: a slow database is no reason for a restart, but a stuck process is. `/readyz?exclude=event log,outbox`
 * is for load balancers: while the log is away, requests are still accepted.
 */
export function probes({ alive, checks, isDraining, facts, metrics, logger, checkLimitMs = 1000 }: ProbeOptions) {
  const sources = new Map<string, FaultSource>();
  const sourceOf = (name: string): FaultSource => {
    const source = sources.get(name) ?? faultSource(reportTo(logger), name);
    sources.set(name, source);
    return source;
  };

  async function judged(name: string, check: ReadinessCheck): Promise<readonly [string, CheckResult]> {
    const faults = sourceOf(`readiness ${name}`);
    try {
      await withTimeout(checkLimitMs, Promise.resolve(check()), () => new Error(`no answer within ${checkLimitMs} ms`));
      faults.worked();
      return [name, 'green'];
    } catch (error) {
      faults.failed(error, 'readiness check failed', { check: name });
      return [name, 'red'];
    }
  }

  function live(): { readonly status: 'live' } {
    const faults = sourceOf('liveness');
    try {
      alive?.();
      faults.worked();
    } catch (error) {
      faults.failed(error, 'this process is stuck: it should be restarted');
      throw new Problem('unavailable', { detail: 'This process is stuck: it should be restarted.', headers: { 'retry-after': '1' } });
    }
    return { status: 'live' };
  }

  return new Elysia({ normalize: false })
    .get('/livez', live, {
      detail: { summary: 'Is the process alive', responses: answering(Live) },
    })
    .get(
      '/readyz',
      async ({ query: { exclude } }) => {
        const asked = without(checks, exclude?.split(',') ?? []);
        const results = await Promise.all(asked.map(([name, check]) => judged(name, check)));
        if (isDraining()) results.push(['draining', 'red']);
        const red = results.filter(([, result]) => result === 'red').map(([name]) => name);
        if (red.length > 0) throw notReady(red, Object.fromEntries(results));
        return {
          status: 'ready' as const,
          checks: Object.fromEntries(results.map(([name]) => [name, 'green' as const])),
          ...facts?.values(),
        };
      },
      { query: ReadyQuery, detail: { summary: 'Can it do its work', 'x-problems': ['unavailable'], responses: answering(ready(facts?.schema ?? {})) } },
    )
    .get(
      '/metrics',
      async ({ request }) => answerWith(request, await metrics.scrape(), { headers: { 'content-type': metrics.contentType } }),
      {
        detail: {
          summary: 'Metrics for Prometheus',
          responses: { 200: { description: 'Text format 0.0.4', content: { 'text/plain': {} } } },
        },
      },
    );
}

function without(checks: ProbeOptions['checks'], excluded: readonly string[]): [string, ReadinessCheck][] {
  const unknown = excluded.find((name) => !Object.hasOwn(checks, name));
  if (unknown !== undefined) throw invalid('?exclude', `must name checks out of ${Object.keys(checks).join(', ')}`);
  return Object.entries(checks).filter(([name]) => !excluded.includes(name));
}

function notReady(red: readonly string[], checks: Readonly<Record<string, CheckResult>>): Problem {
  return new Problem('unavailable', {
    detail: `Not ready: ${red.join(', ')}.`,
    headers: { 'retry-after': '1' },
    extension: { checks },
  });
}
