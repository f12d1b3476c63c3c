import type { ShipmentStatus } from '@souk/contracts/saga';

/** Reports that staff can make about a parcel. */
export type ShipmentTrigger = 'ship' | 'deliver';

export type ShipmentStep =
  /** Refused when all of the order's money went back, or its address is erased. */
  | { readonly kind: 'transition'; readonly to: 'shipped'; readonly emits: 'order.shipped'; readonly unlessForNobody: true }
  | { readonly kind: 'transition'; readonly to: 'delivered'; readonly emits: 'order.delivered' }
  /** Reported before: the same answer again, as long as the report is the same. */
  | { readonly kind: 'ignore' }
  | { readonly kind: 'refuse' };

const ship: ShipmentStep = { kind: 'transition', to: 'shipped', emits: 'order.shipped', unlessForNobody: true };
const deliver: ShipmentStep = { kind: 'transition', to: 'delivered', emits: 'order.delivered' };
const ignore: ShipmentStep = { kind: 'ignore' };
const refuse: ShipmentStep = { kind: 'refuse' };

/** The states of a parcel: for each of them, the step for every report. */
export const SHIPMENT_TABLE: { readonly [S in ShipmentStatus]: { readonly [T in ShipmentTrigger]: ShipmentStep } } = {
  pending: { ship, deliver: refuse },
  shipped: { ship: ignore, deliver },
  delivered: { ship: ignore, deliver: ignore },
};
