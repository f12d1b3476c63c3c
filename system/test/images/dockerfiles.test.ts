import { describe, expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@souk/contracts/services';

const ROOT = join(import.meta.dir, '../../..');
const rootPackage = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
const dockerfile = (service: ServiceName) => readFile(join(ROOT, service, 'Dockerfile'), 'utf8');

/** A Dockerfile as it would be for any service. */
function forAnyService(text: string, service: ServiceName): string {
  return text
    .replace(`-f ${service}/Dockerfile -t localhost/souk/${service} .`, '-f SERVICE/Dockerfile -t localhost/souk/SERVICE .')
    .replace(`ARG SERVICE=${service}`, 'ARG SERVICE=SERVICE')
    .replace(/^ARG PORT=\d+$/m, 'ARG PORT=PORT');
}

describe('Dockerfiles', () => {
  test.each([...SERVICES])('of %s and product differ in nothing but the name and the port', async (service) => {
    expect(forAnyService(await dockerfile(service), service)).toBe(forAnyService(await dockerfile('product'), 'product'));
  });

  test.each([...SERVICES])('of %s names the port its settings have by default', async (service) => {
    const readme = await readFile(join(ROOT, service, 'README.md'), 'utf8');
    const port = /^\| `PORT` \|.*\| `(\d+)` \|$/m.exec(readme)?.[1];
    expect(await dockerfile(service)).toContain(`ARG PORT=${port}\n`);
  });

  test.each([...SERVICES])('of %s carries the version of its package', async (service) => {
    const { version } = JSON.parse(await readFile(join(ROOT, service, 'package.json'), 'utf8'));
    expect(await dockerfile(service)).toContain(`org.opencontainers.image.version="${version}"`);
  });

  test('have their health asked twice a second until it is good for the first time, and every five seconds from then on', async () => {
    const check = /^HEALTHCHECK (.*) CMD (.*)$/m.exec(await dockerfile('product'));
    expect(check?.[1]?.split(' ').toSorted()).toEqual(['--interval=5s', '--retries=3', '--start-interval=500ms', '--start-period=30s', '--timeout=3s']);
    expect(check?.[2]).toBe('["/souk", "--health"]');
  });

  test('bring every workspace, without which a frozen lockfile is refused', async () => {
    const text = await dockerfile('product');
    for (const folder of rootPackage.workspaces.packages) expect(text).toContain(`COPY ${folder}/package.json ${folder}/\n`);
  });

  test('bring the patches, without which other rules would be checked than are tested', async () => {
    expect(await dockerfile('product')).toContain('COPY patches patches\n');
    expect(await readFile(join(ROOT, '.dockerignore'), 'utf8')).toContain('!patches\n');
  });

  test('build with the Bun that everything else runs on', async () => {
    expect(await dockerfile('product')).toContain(`FROM oven/bun:${rootPackage.devDependencies.bun}-slim AS build`);
  });
});
