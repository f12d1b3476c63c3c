import type { ShippingAddress } from '@souk/contracts/address';

const ERASED = 'erased';

/**
 * An address that names nobody, in the form that every reader of an address expects. The country stays: taxes go by it,
 * and it is nobody's own.
 */
export function erasedAddress({ country }: ShippingAddress): ShippingAddress {
  return { name: ERASED, line1: ERASED, city: ERASED, postalCode: ERASED, country };
}
