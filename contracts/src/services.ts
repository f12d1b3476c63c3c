export const SERVICES = ['product', 'inventory', 'order', 'payment', 'user'] as const;

export type ServiceName = (typeof SERVICES)[number];
