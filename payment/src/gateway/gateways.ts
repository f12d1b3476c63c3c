import { type GATEWAY_NAMES, type PaymentConfig, simulatorLateMs } from '../config.ts';
import type { PaymentReads } from '../storage/payment-store.ts';
import { databaseClock } from './database-clock.ts';
import type { Gateway } from './gateway.ts';
import { openSimulator } from './open-simulator.ts';

interface GatewayGround {
  /** File of the simulator's own ledger. */
  readonly simulatorPath: string;
  /** The service's own database, whose clock its replicas share. */
  readonly reads: Pick<PaymentReads, 'now'>;
}

type OpenGateway = (config: PaymentConfig, ground: GatewayGround) => Gateway;

/** All gateways. Another one needs an entry here, its name in `GATEWAY_NAMES`, and its settings in the configuration. */
const GATEWAYS: Readonly<Record<(typeof GATEWAY_NAMES)[number], OpenGateway>> = {
  simulator(config, { simulatorPath: path, reads }) {
    const { simulatorLatencyMs: latencyMs, simulatorSlowMs: slowMs, simulatorWebhookSecrets = [] } = config;
    return openSimulator({
      path,
      now: databaseClock(() => reads.now()),
      latencyMs,
      slowMs,
      lateMs: simulatorLateMs(config),
      webhookSecrets: simulatorWebhookSecrets,
    });
  },
};

/** Opens the gateway that the configuration names. Does not query the database yet. */
export function openGateway(config: PaymentConfig, ground: GatewayGround): Gateway {
  return GATEWAYS[config.gateway](config, ground);
}
