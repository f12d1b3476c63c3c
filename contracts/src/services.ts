export const SERVICES = ['product', 'inventory', 'order', 'payment', 'user'] as const;

export type ServiceName = (typeof SERVICES)[number];

/** The consumer group in which all processes of a service read; on a broker `KAFKA_TOPIC_PREFIX` precedes it. */
export const consumerGroup = (service: ServiceName) => `souk.${service}` as const;

/** `ce_source` of the events that a service sends. */
export const eventSource = (service: ServiceName) => `/souk/${service}` as const;
