import { join } from 'node:path';
import type { ServiceName } from '@souk/contracts/services';

const ROOT = join(import.meta.dir, '../../../..');

/** From its source, or the executable that `npm run compile` makes: `compileOutdated` sees that it is there. */
export type Program = 'source' | 'compiled';

export function serviceCommand(name: ServiceName, program: Program): readonly string[] {
  if (program === 'source') return [process.execPath, join(ROOT, name, 'src/main.ts')];
  return [join(ROOT, 'dist', name)];
}
