import { readConfig } from '@souk/chassis/service/config';
import { remoteKeys } from '@souk/chassis/web/sign-in/signing-keys';
import { runProgram } from '@souk/chassis/service/run-program';
import { PRODUCT_PROCESS_CONFIG } from './config.ts';
import { createProductService } from './service.ts';
import { openMongoProductStore } from './storage/open-mongodb.ts';

/** Runs Product as a process of its own; returns its exit code. */
export function runProduct(flags: readonly string[]): Promise<number> {
  return runProgram(
    {
      name: 'product',
      variables: PRODUCT_PROCESS_CONFIG,
      readConfig: (env) => readConfig(env, PRODUCT_PROCESS_CONFIG),
      openStore: openMongoProductStore,
      create: (parts) => createProductService({ ...parts, keys: remoteKeys({ url: parts.config.jwksUrl }) }),
    },
    flags,
  );
}
