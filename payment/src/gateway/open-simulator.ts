import { setTimeout } from 'node:timers/promises';
import { newId } from '@souk/chassis/ids';
import type { Gateway } from './gateway.ts';
import { openSimulatorLedger } from './simulator-ledger.ts';
import { createSimulator } from './simulator.ts';

interface OpenSimulatorOptions {
  /** SQLite file of the simulator's own books. */
  readonly path: string;
  readonly latencyMs: number;
  readonly slowMs: number;
  readonly lateMs: number;
}

/** The simulator on the system's clock. */
export function openSimulator({ path, latencyMs, slowMs, lateMs }: OpenSimulatorOptions): Gateway {
  return createSimulator({
    ledger: openSimulatorLedger(path),
    latencyMs,
    slowMs,
    lateMs,
    newId,
    now: Date.now,
    wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
  });
}
