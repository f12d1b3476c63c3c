import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { newId } from '@souk/chassis/ids';
import type { Clock } from './database-clock.ts';
import type { Gateway } from './gateway.ts';
import { openSimulatorLedger } from './simulator-ledger.ts';
import { createSimulator } from './simulator.ts';

interface OpenSimulatorOptions {
  /** SQLite file of the simulator's own ledger. */
  readonly path: string;
  /** The clock that all replicas share. */
  readonly now: Clock;
  readonly latencyMs: number;
  readonly slowMs: number;
  readonly lateMs: number;
  /** Secrets of webhooks; the first one signs. Empty: a random one is made, so only this process's webhooks are accepted. */
  readonly webhookSecrets: readonly string[];
}

export function openSimulator({ path, now, latencyMs, slowMs, lateMs, webhookSecrets }: OpenSimulatorOptions): Gateway {
  const [secret = randomBytes(32).toString('hex'), ...older] = webhookSecrets;
  return createSimulator({
    ledger: openSimulatorLedger(path),
    latencyMs,
    slowMs,
    lateMs,
    webhookSecrets: [secret, ...older],
    newId,
    now,
    ownNow: Date.now,
    wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
  });
}
