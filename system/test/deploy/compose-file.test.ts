import { describe, expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONSOLE_VARIABLES } from '@souk/console/server/config';
import { SERVICES } from '@souk/contracts/services';
import { ENGINE, SERVICE_ROWS } from '../../src/shop/real/shop-databases.ts';
import { OWN_IMAGE } from './image-names.ts';
import { PROCESS_SETTINGS } from '../support/process-settings.ts';

interface ComposeService {
  readonly image: string;
  readonly build?: { readonly args: Readonly<Record<string, string | number>> };
  readonly pull_policy?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly (string | { readonly source: string; readonly target: string })[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly init?: boolean;
  readonly healthcheck?: Readonly<Record<string, unknown>>;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly pids_limit?: number;
  readonly mem_limit?: string;
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
}

const ROOT = join(import.meta.dir, '../../..');
const { services, secrets } = Bun.YAML.parse(await readFile(join(ROOT, 'compose.yaml'), 'utf8')) as {
  services: Readonly<Record<string, ComposeService>>;
  secrets: Readonly<Record<string, { readonly file: string }>>;
};
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

/** Settings that compose does not hand to a process, and why. */
const NOT_HANDED_ON: Readonly<Record<string, string>> = {
  HOST: 'in a container a process listens on all its addresses',
  PORT: 'which port of this machine it is, is said by …_PORT',
  OPS_HOST: 'as HOST',
  INSTANCE: "the container's id, which is another for each replica",
  TOKEN_ISSUER: 'the same in all five, by default',
  TOKEN_AUDIENCE: 'the same in all five, by default',
  WRITER_PACE_MS: 'a figure of measurements',
  DATABASE_POOL: 'the servers of compose.yaml have room for the default',
  KAFKA_TLS: 'the broker is on a network of its own',
  KAFKA_TOPIC_PREFIX: 'the broker has no other shop',
  KAFKA_SESSION_TIMEOUT_MS: 'the broker allows the default',
  KAFKA_REPLICATION: 'there is one broker',
  SIMULATOR_LATENCY_MS: 'for tests',
  SIMULATOR_SLOW_S: 'for tests',
  SIMULATOR_LATE_S: 'for tests',
  SIMULATOR_WEBHOOK_SECRET: 'the simulator makes one of its own',
  SOUK_SIGNING_KEY: 'User makes keys, keeps them and changes them',
};

/** Keys that a block mapping has twice. The parser above takes the last one, Docker Compose refuses the file. */
function keysTwice(text: string): string[] {
  const twice: string[] = [];
  const open: { readonly indent: number; readonly keys: Set<string> }[] = [];
  for (const line of text.split('\n')) {
    const [, indent = '', item = '', key] = /^( *)(- )?([\w.-]+):(?: |$)/.exec(line) ?? [];
    if (key === undefined || key === '') continue;
    const depth = indent.length + item.length;
    while ((open.at(-1)?.indent ?? -1) > (item === '' ? depth : indent.length)) open.pop();
    if (open.at(-1)?.indent !== depth) open.push({ indent: depth, keys: new Set() });
    const keys = open.at(-1)?.keys;
    if (keys?.has(key)) twice.push(key);
    keys?.add(key);
  }
  return twice;
}

describe('compose.yaml', () => {
  test('has no key twice in a mapping: Docker Compose refuses that', async () => {
    expect(keysTwice('a: 1\nb:\n  a: 1\n  c: 2\n  c: 3\nd:\n  a: 2\nb: 2\n')).toEqual(['c', 'b']);
    expect(keysTwice(await readFile(join(ROOT, 'compose.yaml'), 'utf8'))).toEqual([]);
  });
});

describe('our images in compose.yaml', () => {
  test('are those of all five services, of their jobs, and of the console', () => {
    const jobs = [...SERVICES.map((service) => `${service}-migrate`), 'topics'];
    expect(ours.map(({ name }) => name).toSorted()).toEqual([...SERVICES, ...jobs, 'console'].toSorted());
  });

  test.each(ours)('$name is never pulled: its policy forbids it, and no public registry could have its name', ({ service }) => {
    expect(service.pull_policy).toBe('never');
    expect(service.image).toMatch(/^localhost\/souk\/[a-z]+$/);
  });

  test.each([...SERVICES, 'console'])('%s is built when its image is missing', (name) => {
    expect(services[name]?.build?.args['SERVICE']).toBe(name);
    expect(services[name]?.image).toBe(`localhost/souk/${name}`);
  });
});

describe('the images of others in compose.yaml', () => {
  test.each(servers)('$name names a version, and every volume of its image is mounted', ({ service }) => {
    expect(service.image).toMatch(/:v?\d/);
    const mounted = [...(service.volumes ?? []).map((volume) => volume.split(':')[1]), ...(service.tmpfs ?? []).map((each) => each.split(':')[0])];
    const declared = IMAGE_VOLUMES[service.image.replace(/@.*/, '')];
    expect(declared).toBeDefined();
    for (const folder of declared ?? []) expect(mounted).toContain(folder);
  });
});

describe('health in compose.yaml', () => {
  const asked = named.filter(({ service }) => service.healthcheck !== undefined && service.healthcheck['disable'] !== true);
  test.each(asked)('of $name is checked twice a second until it serves, and every ten seconds from then on', ({ service }) => {
    expect(service.healthcheck).toMatchObject({ start_period: '120s', start_interval: '500ms', interval: '10s' });
  });

  test('is checked for every server here, and for our services by their images', () => {
    expect(asked.map(({ name }) => name).toSorted()).toEqual(['mongodb', 'mysql', 'redpanda']);
  });
});

/** Has an `@` or the word, and is none. */
const NO_SECRETS = new Set(['SOUK_ADMIN_EMAIL', 'SOUK_ADMIN_PASSWORD_CHANGE', 'PASSWORD_MIN']);

describe('settings in compose.yaml', () => {
  test.each([...SERVICES])('of %s: each is passed on, or listed with the reason why not', (name) => {
    const variables = Object.values(PROCESS_SETTINGS[name]);
    const given = Object.keys(services[name]?.environment ?? {});
    const missing = variables.filter((variable) => !given.includes(variable.isSecret ? `${variable.name}_FILE` : variable.name) && NOT_HANDED_ON[variable.name] === undefined);
    expect(missing.map((variable) => variable.name)).toEqual([]);
  });

  test.each([...SERVICES])('of %s are known to at least one service, and none is listed as not passed on', (name) => {
    const all = SERVICES.flatMap((service) => Object.values(PROCESS_SETTINGS[service])).map((variable) => (variable.isSecret ? `${variable.name}_FILE` : variable.name));
    for (const variable of Object.keys(services[name]?.environment ?? {})) {
      expect(all).toContain(variable);
      expect(NOT_HANDED_ON[variable.replace(/_FILE$/, '')]).toBeUndefined();
    }
  });

  test.each([...SERVICES])('of %s that come from the environment have the same name there', (name) => {
    for (const [variable, value] of Object.entries(services[name]?.environment ?? {})) {
      if (value.includes('$')) expect(value).toMatch(new RegExp(`^\\$\\{${variable}:-[^}]*\\}$`));
    }
  });

  test('the operators\' port is set for all five and published for none', () => {
    for (const name of SERVICES) {
      const port = services[name]?.environment?.['OPS_PORT'];
      expect(port).toMatch(/^\d+$/);
      for (const published of services[name]?.ports ?? []) expect(published).not.toEndWith(`:${port}`);
    }
  });
});

describe('the console in compose.yaml', () => {
  const { environment = {}, networks, secrets: held } = services['console'] ?? {};

  test('has every setting that it knows, besides those that a container does not need, and no other', () => {
    const known = Object.values(CONSOLE_VARIABLES).map(({ name, isSecret }) => (isSecret ? `${name}_FILE` : name));
    expect(Object.keys(environment).toSorted()).toEqual(known.filter((name) => NOT_HANDED_ON[name] === undefined).toSorted());
  });

  test("asks each service at its own port, and its operators' routes at the operators' port", () => {
    for (const name of SERVICES) {
      const own = services[name];
      expect(environment[`${name.toUpperCase()}_URL`]).toBe(`http://${name}:${own?.build?.args['PORT']}`);
      expect(environment[`${name.toUpperCase()}_OPS_URL`]).toBe(`http://${name}:${own?.environment?.['OPS_PORT']}`);
    }
  });

  test('can reach the services, and neither their databases nor the log', () => {
    expect(networks).toEqual(['front']);
    expect(held).toEqual(['security-log-key']);
    for (const { service } of servers) expect(service.networks ?? []).not.toContain('front');
  });
});

const secretsOf = (name: string) => (services[name]?.secrets ?? []).map((secret) => (typeof secret === 'string' ? secret : `${secret.source} as ${secret.target}`));

describe('deploy/services.txt', () => {
  test('has a row for each service, with a database of its own', async () => {
    const rows = SERVICE_ROWS;
    expect(rows.map(({ service }) => service).toSorted()).toEqual([...SERVICES].toSorted());
    expect(new Set(rows.map(({ database }) => database)).size).toBe(rows.length);
    for (const { engine } of rows) expect(['mysql', 'mongodb']).toContain(engine);
  });
});

describe('databases in compose.yaml', () => {
  test.each([...SERVICES])('of %s: its server has the secrets to make it and its two users', (name) => {
    const maker = ENGINE[name] === 'mysql' ? 'mysql' : 'mongodb-databases';
    expect(secretsOf(maker)).toContain(`${name}-database-url`);
    expect(secretsOf(maker)).toContain(`${name}-serving-url`);
  });

  test.each([...SERVICES, 'admin', 'topics'])('the log knows its user %s', (name) => expect(secretsOf('kafka-users')).toContain(`kafka-${name}-password`));

  test('every secret that a container has is declared, as the file that deploy/make-secrets.sh makes', () => {
    const used = named.flatMap(({ name }) => secretsOf(name).map((secret) => secret.split(' as ')[0] ?? ''));
    expect(Object.keys(secrets).toSorted()).toEqual([...new Set(used)].toSorted());
    for (const [name, { file }] of Object.entries(secrets)) expect(file).toBe(`deploy/secrets/${name}`);
  });
});

describe('users in compose.yaml', () => {

  test.each([...SERVICES])('%s serves with the user that cannot change the schema, and its job migrates with the one that can', (name) => {
    expect(secretsOf(name)).toContain(`${name}-serving-url as database-url`);
    expect(secretsOf(`${name}-migrate`)).toContain(`${name}-database-url as database-url`);
    expect(secretsOf(name).filter((secret) => secret.startsWith(`${name}-database-url`))).toEqual([]);
  });

  test.each([...SERVICES])('%s signs in at the log as itself, and has no secret of another', (name) => {
    expect(services[name]?.environment?.['KAFKA_USERNAME']).toBe(name);
    expect(secretsOf(name)).toContain(`kafka-${name}-password as kafka-password`);
    for (const other of [...SERVICES, 'topics', 'admin'].filter((each) => each !== name)) {
      expect(secretsOf(name).filter((secret) => secret.includes(`kafka-${other}-`) || secret.startsWith(`${other}-serving`) || secret.startsWith(`${other}-database`))).toEqual([]);
    }
  });

  test('topics are made by a user that neither reads nor writes them, once the users of the log exist', async () => {
    expect(services['topics']?.environment?.['KAFKA_USERNAME']).toBe('topics');
    expect(secretsOf('topics')).toContain('kafka-topics-password as kafka-password');
    const text = await readFile(join(ROOT, 'compose.yaml'), 'utf8');
    expect(text).toContain('depends_on: { kafka-users: { condition: service_completed_successfully } }');
  });

  test('only the Kafka API of Redpanda can be reached by other containers', () => {
    const { command = [], entrypoint = [] } = services['redpanda'] as { command?: readonly string[]; entrypoint?: readonly string[] };
    expect(command.filter((word) => word.includes('0.0.0.0'))).toEqual(['--kafka-addr=0.0.0.0:9092']);
    for (const what of ['--rpc-addr', '--pandaproxy-addr', '--schema-registry-addr']) expect(command.find((word) => word.startsWith(`${what}=`))).toStartWith(`${what}=127.0.0.1:`);
    expect(entrypoint.join(' ')).toContain('redpanda.admin \'[{address: 127.0.0.1, port: 9644}]\'');
    expect(services['kafka-users']?.network_mode).toBe('service:redpanda');
  });

  test('process 1 handles SIGTERM from its first moment', () => {
    for (const { service } of ours) expect(service.init).toBe(true);
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
    expect(service.ports !== undefined).toBe(name === 'console' || SERVICES.some((each) => each === name));
    const given = Object.entries(service.environment ?? {}).filter(([variable, value]) => /PASSWORD|SECRET|KEY$|DATABASE_URL/.test(variable) || value.includes('@'));
    for (const [variable, value] of given) if (!NO_SECRETS.has(variable)) expect(`${variable}=${value}`).toMatch(/_FILE=\/run\/secrets\//);
  });
});
