import { EXIT } from '../../cli/errors.ts';
import type { Outcome } from './run-command.ts';
import type { Step } from './steps.ts';

export interface StepOutcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly Skipped[];
}

/** `mustRun`: no step may be left out, except one that an external service refuses. */
export function outcomeOf(step: Step, { output, code }: Pick<Outcome, 'output' | 'code'>, mustRun: boolean): StepOutcome {
  const isLeftOut = step.needsMore && code === EXIT.environment && (!mustRun || step.asksOthers === true);
  if (isLeftOut) return { passed: 0, failed: 0, skipped: skippedOf(step.name, 0, output) };
  if (step.counts === 'step') return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] };
  const { passed, failed, skipped } = tallyOf(output, code);
  return { passed, failed, skipped: skippedOf(step.name, skipped, output) };
}
