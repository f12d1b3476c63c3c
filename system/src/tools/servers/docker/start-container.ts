import type { RealServer } from '@souk/chassis/testing/server-variables';
import type { Server } from '../server.ts';
import { containerKafka } from './container-kafka.ts';
import { containerMongodb } from './container-mongodb.ts';
import { containerMysql } from './container-mysql.ts';
import { startContainerServer } from './container-server.ts';

const CONTAINERS = { MySQL: containerMysql, MongoDB: containerMongodb, Kafka: containerKafka } as const;

export const startContainer = (name: RealServer): Promise<Server> => startContainerServer(CONTAINERS[name]());
