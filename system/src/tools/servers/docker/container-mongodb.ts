import { MongoDBContainer } from '@testcontainers/mongodb';
import { Wait } from 'testcontainers';
import { askMongodb } from '../ask-servers.ts';
import { newPassword } from '../server.ts';
import type { ContainerServer } from './containers.ts';
import { IMAGES } from './docker-engine.ts';

export function containerMongodb(): ContainerServer {
  const password = newPassword();
  return {
    name: 'MongoDB',
    container: (port) =>
      new MongoDBContainer(IMAGES.MongoDB)
        .withUsername('root')
        .withPassword(password)
        .withExposedPorts({ container: 27017, host: port })
        // The module's health check also creates the replica set.
        .withWaitStrategy(Wait.forHealthCheck()),
    // A direct connection: the only member is named after its container, which cannot be reached from outside.
    address: (port) => `mongodb://root:${password}@127.0.0.1:${port}/?authSource=admin&directConnection=true`,
    ask: askMongodb,
  };
}
