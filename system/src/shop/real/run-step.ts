import type { Environment } from '@souk/chassis/service/config';
import type { ServiceName } from '@souk/contracts/services';
import { type Program, serviceCommand } from './service-process.ts';

const LIMIT_MS = 120_000;

export type Step = '--migrate' | '--topics';

/** Runs `--migrate` or `--topics` of one service; throws its output if it fails. */
export async function runStep(
  name: ServiceName,
  step: Step,
  program: Program,
  env: Environment,
): Promise<void> {
  const child = Bun.spawn([...serviceCommand(name, program), step], {
    env: { ...env, LOG_LEVEL: 'warn' },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: LIMIT_MS,
  });
  const said = await new Response(child.stderr).text();
  const code = await child.exited;
  if (code !== 0) throw new Error(`${name} ${step} ended with ${child.signalCode ?? code}: ${said.trim()}`);
}
