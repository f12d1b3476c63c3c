import { MySqlContainer } from '@testcontainers/mysql';
import { Wait } from 'testcontainers';
import { askMysql } from '../ask-servers.ts';
import { newPassword } from '../server.ts';
import type { ContainerServer } from './containers.ts';
import { IMAGES } from './docker-engine.ts';

export function containerMysql(): ContainerServer {
  const password = newPassword();
  return {
    name: 'MySQL',
    container: (port) =>
      new MySqlContainer(IMAGES.MySQL)
        .withRootPassword(password)
        .withExposedPorts({ container: 3306, host: port })
        // The first run, without a network port, prepares the data and logs `port: 0`.
        .withWaitStrategy(Wait.forLogMessage(/ready for connections.* port: 3306/)),
    address: (port) => `mysql://root:${password}@127.0.0.1:${port}`,
    ask: askMysql,
  };
}
