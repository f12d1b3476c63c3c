import type { ServiceName } from '@souk/contracts/services';

/** A name from a contract as words: `awaiting_payment` is `awaiting payment`. */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

const REASONS: Readonly<Record<string, string>> = {
  out_of_stock: 'out of stock',
  payment_declined: 'card declined',
  payment_expired: 'not paid in time',
  inventory_timeout: 'no answer about stock in time',
  cancelled_by_customer: 'cancelled by the customer',
  cancelled_by_staff: 'cancelled by staff',
};

/** Why an order was rejected or cancelled, in the same words everywhere. */
export function reasonText(reason: string): string {
  return REASONS[reason] ?? words(reason);
}

export function serviceName(service: ServiceName): string {
  return service.slice(0, 1).toUpperCase() + service.slice(1);
}
