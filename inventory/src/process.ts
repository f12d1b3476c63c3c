import { readConfig } from '@souk/chassis/service/config';
import { remoteKeys } from '@souk/chassis/web/sign-in/signing-keys';
import { runProgram } from '@souk/chassis/service/run-program';
import { INVENTORY_PROCESS_CONFIG } from './config.ts';
import { fetchSkus } from './product/fetch-skus.ts';
import { createInventoryService } from './service.ts';
import { openMysqlInventoryStore } from './storage/open-mysql.ts';

/** Runs Inventory as a process of its own. Answers its exit code. */
export function runInventory(flags: readonly string[]): Promise<number> {
  return runProgram(
    {
      name: 'inventory',
      variables: INVENTORY_PROCESS_CONFIG,
      readConfig: (env) => readConfig(env, INVENTORY_PROCESS_CONFIG),
      openStore: openMysqlInventoryStore,
      create: (parts) => {
        const { jwksUrl, productUrl } = parts.config;
        return createInventoryService({ ...parts, keys: remoteKeys({ url: jwksUrl }), lookUpSkus: fetchSkus({ productUrl }) });
      },
    },
    flags,
  );
}
