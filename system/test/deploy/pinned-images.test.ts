import { expect, test } from 'bun:test';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { IMAGES } from '../../src/tools/servers/docker/docker-engine.ts';

const ROOT = join(import.meta.dir, '../../..');
const NAMED_IN = ['compose.yaml', 'Dockerfile', 'system/src/tools/servers/docker/docker-engine.ts'];

/** The name that the lock gives to each image. */
async function locked(root: string): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(join(root, 'deploy/images.lock'), 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => line.split(' ') as [string, string]).map(([image, digest]) => [image, digest === 'not-pinned' ? image : `${image}@${digest}`]));
}

/** Every image of others that a file names, with its digest if it has one. */
async function named(root: string): Promise<readonly string[]> {
  const texts = await Promise.all(NAMED_IN.map((file) => readFile(join(root, file), 'utf8')));
  const pattern = /(?:^\s*image: |^FROM |^ {2}\w+: ')((?!localhost\/|scratch)[a-z][\w./-]*:[\w.@:-]+)/gm;
  return texts.flatMap((text) => [...text.matchAll(pattern)].map(([, image]) => image ?? ''));
}

test('every image of others is named as deploy/images.lock has it, in compose.yaml, Dockerfile and for servers in containers', async () => {
  const names = new Set((await locked(ROOT)).values());
  const found = await named(ROOT);
  expect(new Set(found)).toEqual(names);
  for (const image of Object.values(IMAGES)) expect(names).toContain(image);
});

/** A copy of the files, and a stand-in for Docker that answers with one digest per image, of which the argument is the start. */
async function pinned(start: string, answer = `sha256:${start}`): Promise<{ root: string; said: string; code: number; [Symbol.dispose](): void }> {
  const folder = temporaryFolder();
  for (const file of [...NAMED_IN, 'deploy/images.lock', 'deploy/pin-images.sh']) {
    await mkdir(dirname(join(folder.path, file)), { recursive: true });
    await cp(join(ROOT, file), join(folder.path, file));
  }
  await mkdir(join(folder.path, 'bin'));
  await writeFile(join(folder.path, 'bin/docker'), `#!/bin/sh\n[ "$1 $2 $3" = 'buildx imagetools inspect' ] || exit 9\necho "${answer}$(echo "$6" | sha256sum | cut -c1-60)"\n`, { mode: 0o755 });
  const child = Bun.spawn(['sh', join(folder.path, 'deploy/pin-images.sh')], { env: { ...process.env, PATH: `${join(folder.path, 'bin')}:${process.env['PATH']}` }, stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { root: folder.path, said: out + err, code, [Symbol.dispose]: () => folder.remove() };
}

test('deploy/pin-images.sh writes the digests everywhere at once, and new ones over them', async () => {
  using first = await pinned('aaaa');
  expect(first.code).toBe(0);
  const names = [...(await locked(first.root)).values()];
  for (const name of names) expect(name).toMatch(/@sha256:aaaa[0-9a-f]{60}$/);
  expect(new Set(await named(first.root))).toEqual(new Set(names));
  const again = Bun.spawnSync(['sh', join(first.root, 'deploy/pin-images.sh')], { env: { ...process.env, PATH: `${join(first.root, 'bin')}:${process.env['PATH']}` } });
  expect(again.exitCode).toBe(0);
  expect(new Set(await named(first.root))).toEqual(new Set(names));
});

test('deploy/pin-images.sh changes nothing when a registry answers anything else', async () => {
  using refused = await pinned('', 'denied ');
  expect(refused.code).not.toBe(0);
  expect(refused.said).toContain('no digest of oven/bun');
  for (const file of [...NAMED_IN, 'deploy/images.lock']) expect(await readFile(join(refused.root, file), 'utf8')).toBe(await readFile(join(ROOT, file), 'utf8'));
});
