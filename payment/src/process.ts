import { readConfig } from '@souk/chassis/config';
import { remoteKeys } from '@souk/chassis/http/remote-keys';
import { runService } from '@souk/chassis/process/run-service';
import { PAYMENT_PROCESS_CONFIG, simulatorLateMs } from './config.ts';
import { openSimulator } from './gateway/open-simulator.ts';
import { createPaymentService } from './service.ts';
import { openMysqlPaymentStore } from './storage/open-mysql.ts';

/** Payment as a process of its own. Answers its exit code. */
export function runPayment(flags: readonly string[]): Promise<number> {
  return runService(
    {
      name: 'payment',
      variables: PAYMENT_PROCESS_CONFIG,
      readConfig: (env) => readConfig(env, PAYMENT_PROCESS_CONFIG),
      openStore: openMysqlPaymentStore,
      create: (parts) => {
        const { jwksUrl, simulatorPath: path, simulatorLatencyMs: latencyMs, simulatorSlowMs: slowMs } = parts.config;
        const gateway = openSimulator({ path, latencyMs, slowMs, lateMs: simulatorLateMs(parts.config) });
        const service = createPaymentService({ ...parts, gateway, keys: remoteKeys({ url: jwksUrl }) });
        return {
          ...service,
          async close() {
            await service.close();
            await gateway.close();
          },
        };
      },
    },
    flags,
  );
}
