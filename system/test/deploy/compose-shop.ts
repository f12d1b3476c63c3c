import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { dockerAnswers, guardContainers, IMAGES, whyNoImage } from '../../src/tools/servers/docker/docker-engine.ts';
import { freePort } from '../../src/tools/servers/free-port.ts';

const ROOT = join(import.meta.dir, '../../..');
const BUN = /^FROM (\S+) AS build$/m.exec(await readFile(join(ROOT, 'Dockerfile'), 'utf8'))?.[1] ?? '';
/** What the images are built from; `.dockerignore` leaves the rest out anyway. */
const SOURCES = ['compose.yaml', 'Dockerfile', '.dockerignore', 'package.json', 'bun.lock', 'bunfig.toml', 'patches', 'deploy', 'contracts', 'chassis', 'system', 'console', ...SERVICES];
const NOT_SOURCES = new Set(['node_modules', 'test', 'secrets', '.souk']);

/** The shop of compose.yaml under names and ports of its own, in a copy of this folder that can be changed. */
export interface ComposeShop extends AsyncDisposable {
  readonly project: string;
  readonly adminPassword: string;
  /** Their URLs, whichever container is behind each. */
  replicas(service: ServiceName): readonly string[];
  compose(...parameters: string[]): Promise<Ended>;
  docker(...parameters: string[]): Promise<Ended>;
  upgrade(...parameters: string[]): Promise<Ended>;
  /** Changes a file of the copy; answers how to change it back. */
  change(file: string, from: string, to: string): Promise<() => Promise<void>>;
  /** Everything of this shop that `docker inspect` says, of the services named or of all there is. */
  inspect(...services: string[]): Promise<readonly Inspected[]>;
}

interface Ended {
  readonly code: number;
  readonly said: string;
}

interface Inspected {
  readonly Id: string;
  readonly Image: string;
  readonly State: { readonly Status: string; readonly Health?: { readonly Status: string } };
  readonly Config: { readonly Healthcheck?: { readonly StartInterval?: number } };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string }[];
}

/** Why the shop of compose.yaml cannot be tried on this machine; undefined when it can. */
export async function whyNoCompose(): Promise<string | undefined> {
  if (!(await dockerAnswers())) return 'a Docker engine';
  if ((await ended(['docker', 'compose', 'version'], ROOT, {})).code !== 0) return 'Docker Compose (docker compose version)';
  for (const image of [...Object.values(IMAGES), BUN]) {
    const why = await whyNoImage(image, (line) => process.stderr.write(`${line}\n`));
    if (why !== undefined) return `the image ${image} (${why})`;
  }
  return undefined;
}

/** Not built and not started. */
export async function composeShop(): Promise<ComposeShop> {
  const folder = temporaryFolder();
  const project = `souk-${basename(folder.path).toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`;
  for (const each of SOURCES) await cp(join(ROOT, each), join(folder.path, each), { recursive: true, filter: (path) => !NOT_SOURCES.has(basename(path)) });
  const change = changesIn(folder.path);
  // Images of its own too: those of a shop that runs here keep their names.
  for (const file of ['compose.yaml', 'deploy/upgrade.sh']) await change(file, 'localhost/souk/', `localhost/${project}/`);
  // Each with the one above it.
  const portOf = Object.fromEntries(SERVICES.map((service) => [service, freePort()])) as Readonly<Record<ServiceName, number>>;
  const ports = SERVICES.map((service) => [`${service.toUpperCase()}_PORT`, `${portOf[service]}-${portOf[service] + 1}`]);
  const env = { COMPOSE_PROJECT_NAME: project, SHUTDOWN_DELAY_S: '1', ACCESS_TOKEN_LIFETIME_S: '900', RATE_LIMIT: 'off', SOUK_ADMIN_PASSWORD_CHANGE: 'off', ...Object.fromEntries(ports) };
  const run: Run = (...command) => ended(command, folder.path, env);
  guardContainers(`com.docker.compose.project=${project}`);
  await run('sh', 'deploy/make-secrets.sh');
  return {
    project,
    adminPassword: (await readFile(join(folder.path, 'deploy/secrets/admin-password'), 'utf8')).trim(),
    replicas: (service) => [0, 1].map((i) => `http://127.0.0.1:${portOf[service] + i}`),
    change,
    ...commands(run),
    async [Symbol.asyncDispose]() {
      await run('docker', 'compose', 'down', '--volumes', '--timeout', '10');
      const images = SERVICES.flatMap((service) => ['latest', 'previous', 'held'].map((tag) => `localhost/${project}/${service}:${tag}`));
      await run('docker', 'rmi', '--force', ...images);
      folder.remove();
    },
  };
}

const changesIn =
  (folder: string): ComposeShop['change'] =>
  async (file, from, to) => {
    const path = join(folder, file);
    const before = await readFile(path, 'utf8');
    if (!before.includes(from)) throw new Error(`${file} has no ${from}`);
    await writeFile(path, before.replaceAll(from, to));
    return () => writeFile(path, before);
  };

type Run = (...command: string[]) => Promise<Ended>;

function commands(run: Run): Pick<ComposeShop, 'compose' | 'docker' | 'upgrade' | 'inspect'> {
  const compose: Run = (...parameters) => run('docker', 'compose', ...parameters);
  return {
    compose,
    docker: (...parameters) => run('docker', ...parameters),
    upgrade: (...parameters) => run('sh', 'deploy/upgrade.sh', ...parameters),
    async inspect(...services) {
      const ids = (await compose('ps', '--all', '--quiet', ...services)).said.split('\n').filter((line) => /^[0-9a-f]{64}$/.test(line));
      return JSON.parse((await run('docker', 'inspect', ...ids)).said) as readonly Inspected[];
    },
  };
}

async function ended(command: string[], cwd: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = Bun.spawn(command, { cwd, env: { ...process.env, ...env }, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, said: out + err };
}
