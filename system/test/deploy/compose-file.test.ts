import { describe, expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SERVICES } from '@souk/contracts/services';
import { OWN_IMAGE } from './image-names.ts';

interface ComposeService {
  readonly image: string;
  readonly build?: { readonly dockerfile: string };
  readonly pull_policy?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: Readonly<Record<string, unknown>>;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly pids_limit?: number;
  readonly mem_limit?: string;
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
}

const ROOT = join(import.meta.dir, '../../..');
const { services } = Bun.YAML.parse(await readFile(join(ROOT, 'compose.yaml'), 'utf8')) as { services: Readonly<Record<string, ComposeService>> };
const named = Object.entries(services).map(([name, service]) => ({ name, service }));
const ours = named.filter(({ service }) => OWN_IMAGE.test(service.image));
const servers = named.filter(({ service }) => !OWN_IMAGE.test(service.image));

/** Folders that their images declare as volumes. One that is mounted nowhere becomes a new nameless volume with each container. */
const IMAGE_VOLUMES: Readonly<Record<string, readonly string[]>> = {
  'mysql:8.4': ['/var/lib/mysql'],
  'mongo:8': ['/data/db', '/data/configdb'],
  // Where its data is, whatever its image declares.
  'docker.redpanda.com/redpandadata/redpanda:v26.1.14': ['/var/lib/redpanda/data'],
};

describe('our images in compose.yaml', () => {
  test('are those of all five services and of their jobs', () => {
    const jobs = [...SERVICES.map((service) => `${service}-migrate`), 'topics'];
    expect(ours.map(({ name }) => name).toSorted()).toEqual([...SERVICES, ...jobs].toSorted());
  });

  test.each(ours)('$name is never pulled: neither by its policy, nor under its name from anybody else', ({ service }) => {
    expect(service.pull_policy).toBe('never');
    expect(service.image).toMatch(/^localhost\/souk\/[a-z]+$/);
  });

  test.each([...SERVICES])('%s is built when its image is missing', (name) => {
    expect(services[name]?.build?.dockerfile).toBe(`${name}/Dockerfile`);
    expect(services[name]?.image).toBe(`localhost/souk/${name}`);
  });
});

describe('the images of others in compose.yaml', () => {
  test.each(servers)('$name names a version, and every volume of its image is mounted', ({ service }) => {
    expect(service.image).toMatch(/:v?\d/);
    const mounted = [...(service.volumes ?? []).map((volume) => volume.split(':')[1]), ...(service.tmpfs ?? []).map((each) => each.split(':')[0])];
    const declared = IMAGE_VOLUMES[service.image];
    expect(declared).toBeDefined();
    for (const folder of declared ?? []) expect(mounted).toContain(folder);
  });
});

describe('health in compose.yaml', () => {
  const asked = named.filter(({ service }) => service.healthcheck !== undefined && service.healthcheck['disable'] !== true);
  test.each(asked)('of $name is asked twice a second until it serves, and every ten seconds from then on', ({ service }) => {
    expect(service.healthcheck).toMatchObject({ start_period: '120s', start_interval: '500ms', interval: '10s' });
  });

  test('is asked of every server, and of our services by their images', () => {
    expect(asked.map(({ name }) => name).toSorted()).toEqual(['mongodb', 'mysql', 'redpanda']);
  });
});

describe('every container of compose.yaml', () => {
  test.each(named)('$name has limits and no more rights than it needs', ({ service }) => {
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toEqual(['no-new-privileges:true']);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.logging?.options).toEqual({ 'max-size': '10m', 'max-file': '3' });
  });

  test.each(named)('$name is published on 127.0.0.1 at most, and has secrets from files only', ({ name, service }) => {
    for (const port of service.ports ?? []) expect(port).toStartWith('127.0.0.1:');
    expect(service.ports !== undefined).toBe(SERVICES.some((each) => each === name));
    const secrets = Object.entries(service.environment ?? {}).filter(([variable, value]) => /PASSWORD|SECRET|KEY$|DATABASE_URL/.test(variable) || value.includes('@'));
    for (const [variable, value] of secrets) if (variable !== 'SOUK_ADMIN_EMAIL') expect(`${variable}=${value}`).toMatch(/_FILE=\/run\/secrets\//);
  });
});
