import { expect, test } from 'bun:test';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../../..');
const SERVICE = '(?:product|inventory|order|payment|user|SERVICE)';
/** Where an image of ours is named: what stands before `souk/order` says who is asked for it. */
const IMAGE = new RegExp(`(?<![@\\w.:/-])(?<host>(?:[\\w.:-]+/)*)souk/${SERVICE}(?![\\w/-])`, 'g');
/** This machine; or a registry that whoever runs the shop has put there instead of the example. */
const NOBODY_ELSES = ['localhost/', 'registry.example/'];

const FILES = ['*.{md,yaml,json}', 'Dockerfile', '.ci/run', 'deploy/*.{sh,js}', 'docs/**/*.md', '*/README.md', 'system/{src,servers}/**/*.{ts,sh}'];

test('no image of ours has a name that a public registry could be asked for', async () => {
  const found: string[] = [];
  const files = FILES.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: true })]);
  for (const file of files) {
    const text = await Bun.file(join(ROOT, file)).text();
    for (const { 0: name, groups } of text.matchAll(IMAGE)) found.push(`${NOBODY_ELSES.includes(groups?.['host'] ?? '') ? 'fine' : name} in ${file}`);
  }
  expect(found.filter((each) => !each.startsWith('fine'))).toEqual([]);
  for (const file of ['compose.yaml', 'docs/deployment.md', 'Dockerfile']) expect(found).toContain(`fine in ${file}`);
});

test("the sketch for Kubernetes names the reader's own registry", async () => {
  const images = [...(await Bun.file(join(ROOT, 'docs/deployment.md')).text()).matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image);
  expect(images).not.toEqual([]);
  for (const image of images) expect(image).toMatch(/^registry\.example\/souk\/[a-z]+:\d/);
});
