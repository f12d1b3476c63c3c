import { Type } from '@sinclair/typebox';
import type { Logger } from 'pino';
import { integer, withDefault } from './config.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { ReadyFacts } from '../web/app/probes.ts';
import { admission, type Backlog } from '../web/limits/admission.ts';

/** The setting of services in which new work can pile up. */
export const ADMISSION = {
  admissionTargetMs: withDefault(
    integer('ADMISSION_TARGET_MS', 'target for the milliseconds that new work waits behind accepted work; from three quarters of it a share of new work is refused (503); 0: none is', {
      min: 0,
      max: 600_000,
    }),
    2000,
  ),
};

export interface ServiceAdmissionOptions {
  readonly targetMs: number;
  readonly backlog: () => Backlog;
  readonly admitted?: (() => void) | undefined;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface ServiceAdmission {
  /** Decides on a request for new work: null, it is admitted; else the seconds after which it may be retried. */
  admit(): number | null;
  /** Called periodically. */
  look(): void;
  readonly readyFacts: ReadyFacts;
}

/** The admission of one process of a service, with metrics, log lines and `/readyz` facts for its operators. */
export function serviceAdmission({ targetMs, backlog, admitted, logger, metrics }: ServiceAdmissionOptions): ServiceAdmission {
  const door = admission({ targetMs, backlog, ...(admitted && { admitted }) });
  const teller = refusalTeller(logger);
  const refused = metrics.counter('souk_admission_refused_total', 'Requests for new work that were refused because of what waits');
  metrics.gauge('souk_admission_delay_seconds', 'How long new work would wait for what was taken on before', () => door.delayMs / 1000);
  metrics.gauge('souk_admission_refusal_ratio', 'The share of new work that is refused', () => door.ratio);
  return {
    admit() {
      const seconds = door.ask();
      if (seconds === null) return null;
      refused.inc();
      teller.refused(door);
      return seconds;
    },
    look: teller.look,
    readyFacts: {
      schema: {
        admission: Type.Object({
          delaySeconds: Type.Number({ description: 'How long new work would wait for what was taken on before.', examples: [0.12] }),
          refusedShare: Type.Number({ description: 'The share of new work that is refused.', examples: [0] }),
        }),
      },
      values: () => ({ admission: { delaySeconds: Math.round(door.delayMs) / 1000, refusedShare: Math.round(door.ratio * 100) / 100 } }),
    },
  };
}

/** Refusals are over when there was none for this long. */
const QUIET_MS = 10_000;

interface RefusalTeller {
  refused(state: { readonly delayMs: number; readonly ratio: number }): void;
  /** Called periodically: logs when the refusals are over. */
  look(): void;
}

/** Logs one line when a service begins to refuse new work because of its backlog, and one when that is over. */
function refusalTeller(logger: Pick<Logger, 'warn' | 'info'>, now: () => number = () => performance.now()): RefusalTeller {
  let beganAt = 0;
  let lastAt = 0;
  let refused = 0;
  return {
    refused({ delayMs, ratio }) {
      lastAt = now();
      refused += 1;
      if (refused > 1) return;
      beganAt = lastAt;
      logger.warn({ delayMs: Math.round(delayMs), share: Math.round(ratio * 100) / 100 }, 'more is asked for than can be finished soon: a part of the new work is refused');
    },
    look() {
      if (refused === 0 || now() - lastAt < QUIET_MS) return;
      logger.info({ refused, seconds: Math.round((lastAt - beganAt) / 100) / 10 }, 'the backlog is small again: all new work is accepted');
      refused = 0;
    },
  };
}
