import { join } from 'node:path';
import { logRightsText } from '../src/log-rights.ts';

await Bun.write(join(import.meta.dir, '../../deploy/kafka-rights.txt'), logRightsText());
