import { type GATEWAY_NAMES, type PaymentConfig, simulatorLateMs } from '../config.ts';
import type { Gateway } from './gateway.ts';
import { openSimulator } from './open-simulator.ts';

type OpenGateway = (config: PaymentConfig, simulatorPath: string) => Gateway;

/** Every gateway there is. Another one is a line here, its name in `GATEWAY_NAMES`, and its settings in the configuration. */
const GATEWAYS: Readonly<Record<(typeof GATEWAY_NAMES)[number], OpenGateway>> = {
  simulator(config, path) {
    const { simulatorLatencyMs: latencyMs, simulatorSlowMs: slowMs, simulatorWebhookSecrets = [] } = config;
    return openSimulator({
      path,
      latencyMs,
      slowMs,
      lateMs: simulatorLateMs(config),
      webhookSecrets: simulatorWebhookSecrets,
    });
  },
};

/** The gateway that the configuration names. `simulatorPath`: file of the simulator's own books. */
export function openGateway(config: PaymentConfig, simulatorPath: string): Gateway {
  return GATEWAYS[config.gateway](config, simulatorPath);
}
