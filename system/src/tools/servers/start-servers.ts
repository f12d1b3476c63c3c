import type { RealServer } from '@souk/chassis/testing/server-variables';
import { EnvironmentError } from '../../cli/errors.ts';
import { dockerAnswers, IMAGES, whyNoImage } from './docker/docker-engine.ts';
import { nativeKafka, nativeMongodb, nativeMysql } from './native/native-servers.ts';
import { startNativeServer } from './native/native-server.ts';
import type { Report, Server } from './server.ts';

export interface Servers {
  readonly mysql: Server;
  readonly mongodb: Server;
  readonly kafka: Server;
  /** One line for each server: name, version and address. No passwords. */
  describe(): readonly string[];
  /** Ends them for good and deletes all data. */
  stop(): Promise<void>;
}

/**
 * Starts an empty MySQL, MongoDB replica set and Kafka on free ports of 127.0.0.1; all three or none. `report` receives messages
 * about slow steps. Throws EnvironmentError.
 */
export async function startServers({ report }: { readonly report: Report }): Promise<Servers> {
  const names: readonly [RealServer, RealServer, RealServer] = ['MySQL', 'MongoDB', 'Kafka'];
  const outcomes = await Promise.allSettled(names.map((name) => startServer(name, report)));
  const all = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const stop = async () => void (await Promise.all(all.map((server) => server.stop())));
  const [mysql, mongodb, kafka] = all;
  if (mysql === undefined || mongodb === undefined || kafka === undefined) {
    await stop();
    throw outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
  }
  return { mysql, mongodb, kafka, describe: () => all.map(describeServer), stop };
}

export const describeServer = ({ version, address }: Server): string => `${version} at ${new URL(withScheme(address)).host}`;

const withScheme = (address: string): string => (address.includes('://') ? address : `kafka://${address}`);

const NATIVE = { MySQL: nativeMysql, MongoDB: nativeMongodb, Kafka: nativeKafka } as const;

const CURE = 'Start a Docker engine that has or reaches the image, or use SOUK_SERVERS=native';

interface Ways {
  readonly container: (name: RealServer, report: Report) => Promise<Server>;
  readonly native: (name: RealServer, report: Report) => Promise<Server>;
}

const WAYS: Ways = { container: inContainer, native: (name, report) => startNativeServer(NATIVE[name](), report) };

/**
 * Starts one of the three servers: in a container if there is a Docker engine, else as a program of this machine. If the engine
 * cannot get the image or run it, a line says so and the program is started. Throws EnvironmentError.
 */
export async function startServer(name: RealServer, report: Report, given: Partial<Ways> = {}): Promise<Server> {
  const ways = { ...WAYS, ...given };
  const engine = wantedEngine(process.env);
  const there = engine !== 'native' && (await dockerAnswers());
  if (!there && engine === 'docker') throw new EnvironmentError(`${name}: no Docker engine answers`, CURE);
  if (!there) return ways.native(name, report);
  try {
    return await ways.container(name, report);
  } catch (error) {
    if (engine === 'docker' || !(error instanceof EnvironmentError)) throw error;
    report(`${error.message}; taking a native server instead`);
    return ways.native(name, report);
  }
}

/** Loads the containers' libraries, which are large, only if there is an engine. */
async function inContainer(name: RealServer, report: Report): Promise<Server> {
  const why = await whyNoImage(IMAGES[name], report);
  if (why !== undefined) throw new EnvironmentError(`${name}: the image ${IMAGES[name]} cannot be had (${why})`, CURE);
  const { startContainer } = await import('./docker/containers.ts');
  try {
    return await startContainer(name);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError(`${name} did not start in a container: ${said}`, 'Look at docker logs, or use SOUK_SERVERS=native', { cause });
  }
}

const ENGINES = ['auto', 'native', 'docker'] as const;

/** Reads SOUK_SERVERS: containers or programs of this machine; auto: containers if a Docker engine runs. */
export function wantedEngine(env: Readonly<Record<string, string | undefined>>): (typeof ENGINES)[number] {
  const wanted = env['SOUK_SERVERS'] ?? 'auto';
  const engine = ENGINES.find((one) => one === wanted);
  if (engine === undefined) throw new EnvironmentError(`SOUK_SERVERS is "${wanted}"`, `It may be ${ENGINES.join(', ')}`);
  return engine;
}
