import { readConfig } from '@souk/chassis/service/config';
import { remoteKeys } from '@souk/chassis/web/sign-in/signing-keys';
import { runProgram } from '@souk/chassis/service/run-program';
import { productApi } from './catalogue/product-api.ts';
import { ORDER_PROCESS_CONFIG } from './config.ts';
import { createOrderService } from './service.ts';
import { openMysqlOrderStore } from './storage/open-mysql.ts';

/** Runs Order as a process of its own; answers its exit code. */
export function runOrder(flags: readonly string[]): Promise<number> {
  return runProgram(
    {
      name: 'order',
      variables: ORDER_PROCESS_CONFIG,
      readConfig: (env) => readConfig(env, ORDER_PROCESS_CONFIG),
      openStore: openMysqlOrderStore,
      create: (parts) => {
        const { jwksUrl, productUrl } = parts.config;
        return createOrderService({ ...parts, keys: remoteKeys({ url: jwksUrl }), lookup: productApi({ url: productUrl }) });
      },
    },
    flags,
  );
}
