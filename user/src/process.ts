import { runProgram } from '@souk/chassis/service/run-program';
import { readUserProcessConfig, USER_PROCESS_CONFIG } from './config.ts';
import { mailByConfig } from './mail/mail-by-config.ts';
import { createUserService } from './service.ts';
import { openMongoUserStore } from './storage/open-mongodb.ts';

/** Runs User as a process of its own; returns its exit code. */
export function runUser(flags: readonly string[]): Promise<number> {
  return runProgram(
    {
      name: 'user',
      variables: USER_PROCESS_CONFIG,
      readConfig: readUserProcessConfig,
      openStore: openMongoUserStore,
      create: (parts) => createUserService({ ...parts, mail: mailByConfig(parts) }),
    },
    flags,
  );
}
