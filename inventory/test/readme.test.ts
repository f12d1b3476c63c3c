import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { configTable } from '@souk/chassis/service/config';
import { INVENTORY_PROCESS_CONFIG } from '../src/config.ts';

test('the README lists every variable of the process', async () => {
  const readme = await Bun.file(join(import.meta.dir, '../README.md')).text();
  expect(readme).toContain(configTable(INVENTORY_PROCESS_CONFIG));
});
