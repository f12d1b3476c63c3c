import type { RealServer } from '@souk/chassis/testing/server-variables';

/** The same images as in `compose.yaml`. */
export const IMAGES = {
  MySQL: 'mysql:8.4',
  MongoDB: 'mongo:8',
  Kafka: 'docker.redpanda.com/redpandadata/redpanda:v26.1.14',
} as const satisfies Readonly<Record<RealServer, string>>;
