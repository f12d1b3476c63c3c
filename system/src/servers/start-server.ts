import type { RealServer } from '@souk/chassis/testing/server-variables';
import { EnvironmentError } from '../cli/exit-code.ts';
import { dockerAnswers, whyNoImage } from './docker/docker-engine.ts';
import { IMAGES } from './docker/images.ts';
import { nativeKafka } from './native/native-kafka.ts';
import { nativeMongodb } from './native/native-mongodb.ts';
import { nativeMysql } from './native/native-mysql.ts';
import { startNativeServer } from './native/native-server.ts';
import type { Report, Server } from './server.ts';
import { wantedEngine } from './wanted-engine.ts';

const NATIVE = { MySQL: nativeMysql, MongoDB: nativeMongodb, Kafka: nativeKafka } as const;

/** One of the three: in a container where there is a Docker engine, else a program of this machine. Throws EnvironmentError. */
export async function startServer(name: RealServer, report: Report): Promise<Server> {
  const engine = wantedEngine(process.env);
  const there = engine !== 'native' && (await dockerAnswers());
  if (!there && engine === 'docker') throw new EnvironmentError(`${name}: no Docker engine answers`, CURE);
  if (there) {
    const why = await whyNoImage(IMAGES[name]);
    if (why === undefined) return inContainer(name);
    const whyNot = `${name}: the image ${IMAGES[name]} cannot be had (${why})`;
    if (engine === 'docker') throw new EnvironmentError(whyNot, CURE);
    report(`${whyNot}; taking a native server instead`);
  }
  return startNativeServer(NATIVE[name](), report);
}

const CURE = 'Start a Docker engine that has or reaches the image, or use SOUK_SERVERS=native';

/** The containers' libraries are large, and loaded only when there is an engine. */
async function inContainer(name: RealServer): Promise<Server> {
  const { startContainer } = await import('./docker/start-container.ts');
  try {
    return await startContainer(name);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError(`${name} did not start in a container: ${why}`, 'Look at docker logs, or use SOUK_SERVERS=native', { cause });
  }
}
