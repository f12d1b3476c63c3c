import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES, type ServiceName } from '@souk/contracts/services';

const ROOT = join(import.meta.dir, '../../..');
const STAND_IN = join(import.meta.dir, 'stand-in');

/** A copy of `deploy/upgrade.sh` in a folder of its own, and a Docker that only writes down what it is told. */
export interface StandInShop extends Disposable {
  readonly path: string;
  /** Builds make this image from now on. */
  next(image: string): Promise<void>;
  /** Containers of these images never become healthy. */
  unready(...images: string[]): Promise<void>;
  /** Commands that match this pattern (of grep) fail; none do when it is empty. */
  fails(pattern: string): Promise<void>;
  /** Its containers were stopped by somebody. */
  stop(service: ServiceName): Promise<void>;
  /** As `docker compose run` does: a container beside the service's own, left of an image from long ago (`v0`). */
  runOnce(service: ServiceName): Promise<void>;
  /** All its containers, as `docker compose down` does. */
  remove(): Promise<void>;
  /** A file of the stand-in's own: `hash`, `ports`, `starting`. */
  write(file: 'hash' | 'ports' | 'starting', text: string): Promise<void>;
  /** Whether a script has asked for the health of a container that is `starting`. */
  asked(): Promise<boolean>;
  /** What changed something, in order; forgets it. */
  calls(): Promise<readonly string[]>;
  /** `service image status` of every container, sorted. */
  containers(): Promise<readonly string[]>;
  /** With what a shell would do with its output, such as `2>&1 | tee log`. */
  start(redirection?: string): Bun.Subprocess<'ignore', 'pipe', 'pipe'>;
  run(...parameters: string[]): Promise<{ readonly code: number; readonly said: string }>;
}

/** With `replicas` running containers of the image `v1` for each service and for the console; 1 unless given. */
export async function standInShop(replicas: Partial<Record<ServiceName | 'console', number>> = {}): Promise<StandInShop> {
  const folder = temporaryFolder();
  const state = join(folder.path, 'state');
  await mkdir(join(folder.path, 'deploy'), { recursive: true });
  await mkdir(join(state, 'images'), { recursive: true });
  for (const script of ['services.txt', 'upgrade.sh', 'make-secrets.sh', 'pin-images.sh', 'images.lock', 'mysql-databases.sh']) await cp(join(ROOT, 'deploy', script), join(folder.path, 'deploy', script));
  const put = (file: string, text: string) => writeFile(join(state, file), text === '' ? '' : `${text}\n`);
  await Promise.all([put('hash', 'h1'), put('ports', '4001'), put('next', 'v2'), put('unready', ''), put('fails', ''), put('calls', '')]);
  let made = 0;
  for (const service of [...SERVICES, 'console'] as const) {
    await put(`images/localhost_souk_${service}`, 'v1');
    for (let i = 0; i < (replicas[service] ?? 1); i += 1) {
      await makeContainer(state, `a${(made += 1)}`, { service, status: 'running', image: 'v1', hash: 'h1', ports: '4001' });
    }
  }
  await put('last', String(made));
  return shopIn(folder, state, put);
}

async function makeContainer(state: string, id: string, told: Readonly<Record<string, string>>): Promise<void> {
  const path = join(state, 'containers', id);
  await mkdir(path, { recursive: true });
  await Promise.all(Object.entries(told).map(([file, text]) => writeFile(join(path, file), `${text}\n`)));
}

function shopIn(folder: TemporaryFolder, state: string, put: (file: string, text: string) => Promise<void>): StandInShop {
  const read = async (file: string) => (await readFile(join(state, file), 'utf8')).trim();
  const spawn = (...command: string[]) =>
    Bun.spawn(command, {
      env: { ...process.env, PATH: `${STAND_IN}:${process.env['PATH']}`, STAND_IN: state },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    });
  const script = join(folder.path, 'deploy/upgrade.sh');
  return {
    path: folder.path,
    next: (image) => put('next', image),
    unready: (...images) => put('unready', images.join('\n')),
    fails: (pattern) => put('fails', pattern),
    async stop(service) {
      for (const id of await readdir(join(state, 'containers'))) {
        if ((await read(join('containers', id, 'service'))) === service) await put(join('containers', id, 'status'), 'exited');
      }
    },
    runOnce: (service) => makeContainer(state, 'a0', { service, status: 'exited', image: 'v0', hash: 'h0', ports: '4001', oneoff: 'True' }),
    async remove() {
      for (const id of await readdir(join(state, 'containers'))) await rm(join(state, 'containers', id), { recursive: true });
    },
    write: put,
    asked: () => Bun.file(join(state, 'asked')).exists(),
    async calls() {
      const lines = (await read('calls')).split('\n').filter((line) => line !== '');
      await put('calls', '');
      return lines;
    },
    async containers() {
      const ids = await readdir(join(state, 'containers'));
      const told = (id: string) => Promise.all(['service', 'image', 'status'].map((file) => read(join('containers', id, file))));
      return (await Promise.all(ids.map(told))).map((each) => each.join(' ')).toSorted();
    },
    start: (redirection = '') => spawn('sh', '-c', `exec sh '${script}' ${redirection}`),
    async run(...parameters) {
      const child = spawn('sh', script, ...parameters);
      const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
      return { code, said: out + err };
    },
    [Symbol.dispose]: () => folder.remove(),
  };
}
