import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { IMAGES } from '../src/tools/servers/docker/docker-engine.ts';

test('tests in containers use the very images of compose.yaml', async () => {
  const compose = await Bun.file(join(import.meta.dir, '../../compose.yaml')).text();
  const named = [...compose.matchAll(/^\s*image: (\S+)$/gm)].map(([, image]) => image);
  for (const image of Object.values(IMAGES)) expect(named).toContain(image);
});
