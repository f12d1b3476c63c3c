import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askMysql } from '../ask-servers.ts';
import { newPassword } from '../server.ts';
import type { NativeServer } from './native-server.ts';

export function nativeMysql(): NativeServer {
  const password = newPassword();
  const identified = `identified with caching_sha2_password by '${password}'`;
  return {
    name: 'MySQL',
    script: 'mysql.sh',
    address: (port) => `mysql://root:${password}@127.0.0.1:${port}`,
    // The server runs this file at every start before it opens its port. Host names are not resolved, so no client comes from localhost.
    prepare: (folder) =>
      writeFile(
        join(folder, 'init.sql'),
        [
          `alter user 'root'@'localhost' ${identified};`,
          `create user if not exists 'root'@'%' ${identified};`,
          `grant all on *.* to 'root'@'%' with grant option;`,
          '',
        ].join('\n'),
        { mode: 0o600 },
      ),
    setUp: () => Promise.resolve(),
    ask: askMysql,
  };
}
