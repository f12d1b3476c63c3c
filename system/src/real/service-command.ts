import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from '@souk/contracts/services';
import { EnvironmentError } from '../cli/exit-code.ts';

const ROOT = join(import.meta.dir, '../../..');

/** From its source, or the executable that `npm run compile` makes. */
export type Program = 'source' | 'compiled';

export function serviceCommand(name: ServiceName, program: Program): readonly string[] {
  if (program === 'source') return [process.execPath, join(ROOT, name, 'src/main.ts')];
  const executable = join(ROOT, 'dist', name);
  if (!existsSync(executable)) throw new EnvironmentError(`${name} is not compiled`, 'npm run compile');
  return [executable];
}
