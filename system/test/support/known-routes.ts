import type { ServiceName } from '@souk/contracts/services';

/** A GET for everybody who is signed in, of each service that has one. */
export const FOR_EVERYBODY: Readonly<Partial<Record<ServiceName, string>>> = {
  product: '/products',
  inventory: '/stock',
  order: '/orders',
  payment: '/payment-methods',
  user: '/users/me',
};

/** The services that everybody who is signed in may ask. */
export const OPEN_SERVICES = Object.keys(FOR_EVERYBODY) as readonly ServiceName[];

const STAFF: Readonly<Partial<Record<ServiceName, string>>> = { inventory: '/warehouses', order: '/orders', payment: '/payments', user: '/users' };

/** A GET of a service for staff. */
export const forStaff = (service: ServiceName): string => STAFF[service] ?? '/ops/outbox';
