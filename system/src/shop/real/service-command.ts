import { join } from 'node:path';
import type { ServiceName } from '@souk/contracts/services';

const ROOT = join(import.meta.dir, '../../../..');

/** A service's source, or the executable that `npm run compile` makes; `compileOutdated` makes sure that it exists. */
export type Program = 'source' | 'compiled';

export function serviceCommand(name: ServiceName, program: Program): readonly string[] {
  if (program === 'source') return [process.execPath, join(ROOT, name, 'src/main.ts')];
  return [join(ROOT, 'dist', name)];
}
