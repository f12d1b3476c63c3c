import { closed, impersonal } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';
import { type GATEWAY_NAMES, type PaymentConfig, simulatorLateMs } from '../config.ts';
import type { PaymentReads } from '../storage/payment-store.ts';
import type { Gateway } from './gateway.ts';
import { openSimulator } from './simulator.ts';

interface GatewayGround {
  /** File of the simulator's own ledger. */
  readonly simulatorPath: string;
  /** The service's own database, whose clock its replicas share. */
  readonly reads: Pick<PaymentReads, 'now'>;
  /** While it answers true, the simulator declines every charge that is new to it. */
  readonly declinesAll?: () => boolean;
}

type OpenGateway = (config: PaymentConfig, ground: GatewayGround) => Gateway;

/** All gateways. Another one needs an entry here, its name in `GATEWAY_NAMES`, and its settings in the configuration. */
const GATEWAYS: Readonly<Record<(typeof GATEWAY_NAMES)[number], OpenGateway>> = {
  simulator(config, { simulatorPath: path, reads, declinesAll }) {
    const { simulatorLatencyMs: latencyMs, simulatorSlowMs: slowMs, simulatorWebhookSecrets = [] } = config;
    return openSimulator({
      path,
      now: databaseClock(() => reads.now()),
      latencyMs,
      slowMs,
      lateMs: simulatorLateMs(config),
      webhookSecrets: simulatorWebhookSecrets,
      ...(declinesAll && { declinesAll }),
    });
  },
};

/** Opens the gateway that the configuration names. Does not query the database yet. */
export function openGateway(config: PaymentConfig, ground: GatewayGround): Gateway {
  return GATEWAYS[config.gateway](config, ground);
}

/** The part of `/readyz` about the payment gateway. */
export const PaymentGateway = closed({
  name: impersonal(Type.String()),
  live: Type.Boolean({ description: 'false: a simulator, no money moves' }),
});

/** Answers the time in epoch milliseconds. Rejects when it cannot be known. */
type Clock = () => Promise<number>;

/** Milliseconds for which our own ticks are added before the database is asked again. */
const ASK_EVERY_MS = 10_000;

/**
 * The clock that all replicas share, because their machines' clocks may differ by an hour. Calls `ask` rarely and counts on
 * from its answer; never runs ahead of it. `ticks`: milliseconds that never go back.
 */
export function databaseClock(ask: Clock, ticks: () => number = () => performance.now()): Clock {
  let known: { readonly at: number; readonly tick: number } | undefined;
  let asking: Promise<number> | undefined;

  async function asked(): Promise<number> {
    try {
      const at = await ask();
      known = { at, tick: ticks() };
      return at;
    } finally {
      asking = undefined;
    }
  }

  return () => {
    if (known !== undefined && ticks() - known.tick < ASK_EVERY_MS) return Promise.resolve(known.at + Math.floor(ticks() - known.tick));
    return (asking ??= asked());
  };
}
