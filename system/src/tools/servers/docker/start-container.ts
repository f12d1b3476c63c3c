import type { RealServer } from '@souk/chassis/testing/server-variables';
import type { Server } from '../server.ts';
import { containerKafka, containerMongodb, containerMysql, startContainerServer } from './containers.ts';

const CONTAINERS = { MySQL: containerMysql, MongoDB: containerMongodb, Kafka: containerKafka } as const;

export const startContainer = (name: RealServer): Promise<Server> => startContainerServer(CONTAINERS[name]());
