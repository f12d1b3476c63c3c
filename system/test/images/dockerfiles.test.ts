import { describe, expect, test } from 'bun:test';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES } from '@souk/contracts/services';

const ROOT = join(import.meta.dir, '../../..');
const rootPackage = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
const compose = Bun.YAML.parse(await readFile(join(ROOT, 'compose.yaml'), 'utf8')) as {
  services: Readonly<Record<string, { readonly build: { readonly args: unknown } }>>;
};

describe('Dockerfile', () => {
  test.each([...SERVICES, 'console'])('is given the name of %s, the version of its package and the port its settings have by default', async (service) => {
    const readme = await readFile(join(ROOT, service, 'README.md'), 'utf8');
    const port = /^\| `PORT` \|.*\| `(\d+)` \|$/m.exec(readme)?.[1];
    const { version } = JSON.parse(await readFile(join(ROOT, service, 'package.json'), 'utf8'));
    expect(compose.services[service]?.build.args).toEqual({ SERVICE: service, PORT: Number(port), VERSION: version });
  });

  test('refuses to build without its arguments, and puts each where it belongs', () => {
    for (const argument of ['SERVICE', 'PORT', 'VERSION']) expect(/^RUN : .*$/m.exec(dockerfile)?.[0]).toContain(`"\${${argument}:?`);
    expect(dockerfile).toContain('\nEXPOSE ${PORT}\n');
    expect(dockerfile).toContain('org.opencontainers.image.title="souk-${SERVICE}"');
    expect(dockerfile).toContain('org.opencontainers.image.version="${VERSION}"');
  });

  test('installs before it knows the service, so that one layer serves all', () => {
    const build = dockerfile.slice(dockerfile.indexOf('FROM '));
    expect(build.indexOf('bun install')).toBeLessThan(build.indexOf('ARG SERVICE'));
  });

  test('has its health checked twice a second until it is healthy for the first time, and every five seconds from then on', () => {
    const check = /^HEALTHCHECK (.*) CMD (.*)$/m.exec(dockerfile);
    expect(check?.[1]?.split(' ').toSorted()).toEqual(['--interval=5s', '--retries=3', '--start-interval=500ms', '--start-period=30s', '--timeout=3s']);
    expect(check?.[2]).toBe('["/souk", "--health"]');
  });

  test('installs from the manifest of every workspace and the patches, and from nothing that changes more often', async () => {
    using folder = temporaryFolder();
    const inside = (path: string) => join(folder.path, path);
    const manifests = ['contracts', 'chassis', ...SERVICES, 'console', 'system'].map((name) => `${name}/package.json`);
    const kept = ['package.json', 'bun.lock', 'bunfig.toml', 'patches/elysia.patch', ...manifests];
    for (const path of [...kept, 'order/src/main.ts', 'system/src/tools/images/compile.ts']) await Bun.write(inside(path), '');
    const prune = /^FROM \S+ AS manifests\nWORKDIR \/souk\nCOPY \. \.\nRUN (.*)$/m.exec(dockerfile)?.[1] ?? '';
    expect(Bun.spawnSync(['sh', '-c', prune], { cwd: folder.path }).exitCode).toBe(0);
    const left = await readdir(folder.path, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile()).map((entry) => relative(folder.path, join(entry.parentPath, entry.name))).toSorted()).toEqual(kept.toSorted());
    expect(left.map(({ name }) => name)).not.toContain('src');
    expect(dockerfile).toContain('\nCOPY --from=manifests /souk ./\nRUN bun install --frozen-lockfile --production\n');
    const ignored = await readFile(join(ROOT, '.dockerignore'), 'utf8');
    for (const line of ['!*/package.json', '!patches', '!bun.lock', '!bunfig.toml', '!package.json']) expect(ignored.split('\n')).toContain(line);
  });

  test('builds with the Bun that everything else runs on', async () => {
    expect(dockerfile).toContain(`FROM oven/bun:${rootPackage.devDependencies.bun}-slim AS build`);
    expect(dockerfile).toContain(`FROM oven/bun:${rootPackage.devDependencies.bun}-slim AS manifests`);
  });
});
