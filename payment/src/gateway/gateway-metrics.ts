import type { Metrics } from '@souk/chassis/telemetry/metrics';
import type { GatewayMessage, GatewayTask } from '../domain/gateway-call.ts';

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const CALLS = ['charge', 'ask-charge', 'refund', 'ask-refund'] as const satisfies GatewayTask['kind'][];

export interface GatewayMeter {
  measured(kind: GatewayTask['kind'], message: GatewayMessage['on'], ms: number): void;
  anomaly(): void;
}

export function gatewayMeter(metrics: Metrics): GatewayMeter {
  const calls = metrics.histogram('payment_gateway_call_seconds', 'Calls to the gateway', BUCKETS, ['call', 'answer']);
  const anomalies = metrics.counter(
    'payment_gateway_anomalies_total',
    'Answers of the gateway that contradict its earlier ones',
  );
  for (const call of CALLS) calls.zero({ call, answer: 'gateway.unknown' });
  return {
    measured: (call, answer, ms) => calls.labels(call, answer).observe(ms / 1000),
    anomaly: () => anomalies.inc(),
  };
}
