import type { ShippingAddress } from '@souk/contracts/address';
import { erasedAddress } from './erase-address.ts';
import type { HistoryContext } from './history.ts';

interface Told {
  readonly data: Readonly<Record<string, unknown>>;
  readonly context: HistoryContext;
}

/** An event of ours that names nobody any more: without an address of theirs, and without what they wrote when they cancelled. */
export function erasedEvent<Event extends Told>({ data, context, ...rest }: Event) {
  const { cause } = context;
  return {
    ...rest,
    data: 'shippingAddress' in data ? { ...data, shippingAddress: erasedAddress(data.shippingAddress as ShippingAddress) } : data,
    context: cause.name === 'cancellation' ? { ...context, cause: { name: cause.name } } : context,
  };
}
