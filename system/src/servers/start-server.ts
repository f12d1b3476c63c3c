import type { RealServer } from '@souk/chassis/testing/real-servers';
import { nativeKafka } from './native/native-kafka.ts';
import { nativeMongodb } from './native/native-mongodb.ts';
import { nativeMysql } from './native/native-mysql.ts';
import { startNativeServer } from './native/native-server.ts';
import type { Report, Server } from './server.ts';

const NATIVE = { MySQL: nativeMysql, MongoDB: nativeMongodb, Kafka: nativeKafka } as const;

/** One of the three. Throws EnvironmentError. */
export async function startServer(name: RealServer, report: Report): Promise<Server> {
  return startNativeServer(NATIVE[name](), report);
}
