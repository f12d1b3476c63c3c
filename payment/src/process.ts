import { ConfigError, readConfig } from '@souk/chassis/service/config';
import { remoteKeys } from '@souk/chassis/web/sign-in/signing-keys';
import { runProgram } from '@souk/chassis/service/run-program';
import { PAYMENT_PROCESS_CONFIG, type PaymentProcessConfig } from './config.ts';
import type { Gateway } from './gateway/gateway.ts';
import { openGateway } from './gateway/gateways.ts';
import { createPaymentService } from './service.ts';
import { openMysqlPaymentStore } from './storage/open-mysql.ts';
import type { PaymentStore } from './storage/payment-store.ts';

/** Runs Payment as a process of its own. Answers its exit code. */
export function runPayment(flags: readonly string[]): Promise<number> {
  return runProgram(
    {
      name: 'payment',
      variables: PAYMENT_PROCESS_CONFIG,
      readConfig: (env) => readConfig(env, PAYMENT_PROCESS_CONFIG),
      openStore: openMysqlPaymentStore,
      create: (parts) => {
        const gateway = gatewayOf(parts.config, parts.store);
        const service = createPaymentService({ ...parts, gateway, keys: remoteKeys({ url: parts.config.jwksUrl }) });
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

function gatewayOf(config: PaymentProcessConfig, { reads }: PaymentStore): Gateway {
  const { simulatorPath: path } = config;
  try {
    return openGateway(config, { simulatorPath: path, reads });
  } catch (error) {
    const reason = `${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`;
    throw new ConfigError([{ name: 'SIMULATOR_PATH', reason }]);
  }
}
