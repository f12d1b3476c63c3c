import type { ShippingRefusal } from '@souk/contracts/problem';
import type { Allocation, ShipmentStatus } from '@souk/contracts/saga';
import type { EventData } from '@souk/contracts/topics';
import type { Order, Shipment } from './order.ts';

type State = ShipmentStatus;
type On = ShipmentReport['type'];

const reported: Step = { kind: 'ignore', because: 'it was reported before' };

/** The step for every (state, report) pair of a parcel. */
export const SHIPMENT_TABLE: { readonly [S in State]: { readonly [R in On]: Step } } = {
  pending: {
    ship: { kind: 'transition', to: 'shipped', emits: 'order.shipped', unlessForNobody: true },
    deliver: { kind: 'refuse', because: 'not_sent_yet' },
  },
  shipped: {
    ship: reported,
    deliver: { kind: 'transition', to: 'delivered', emits: 'order.delivered' },
  },
  delivered: {
    ship: reported,
    deliver: reported,
  },
};

type Step =
  | Transition
  /** The same answer again, as long as the report is the same. */
  | { readonly kind: 'ignore'; readonly because: string }
  | { readonly kind: 'refuse'; readonly because: ShippingRefusal };

type Transition =
  /** Refused when all of the order's money went back, or its address is erased. */
  | { readonly kind: 'transition'; readonly to: 'shipped'; readonly emits: 'order.shipped'; readonly unlessForNobody: true }
  | { readonly kind: 'transition'; readonly to: 'delivered'; readonly emits: 'order.delivered' };

/** A report by staff about a parcel. */
export type ShipmentReport =
  | { readonly type: 'ship'; readonly carrier: string; readonly trackingNumber: string }
  | { readonly type: 'deliver' };

type ShipmentEvent =
  | { readonly type: 'order.shipped'; readonly data: EventData<'order.shipped'> }
  | { readonly type: 'order.delivered'; readonly data: EventData<'order.delivered'> };

type Outcome =
  | { readonly kind: 'moved'; readonly order: Order; readonly event: ShipmentEvent }
  | { readonly kind: 'ignored'; readonly because: string }
  | { readonly kind: 'refused'; readonly because: ShippingRefusal }
  | { readonly kind: 'not-found' };

/** Decides on one report about a parcel by the table; `now` in epoch milliseconds. The order's own state stays. */
export function answerShipment(order: Order, shipmentId: string, report: ShipmentReport, now: number): Outcome {
  // The cancellation has removed the parcels, but whoever packs one may still have its id.
  if (order.status === 'cancelled') return { kind: 'refused', because: 'cancelled' };
  const shipment = order.shipments.find(({ id }) => id === shipmentId);
  if (shipment === undefined) return { kind: 'not-found' };
  if (tellsAnotherParcel(shipment, report)) return { kind: 'refused', because: 'sent_otherwise' };
  const step = SHIPMENT_TABLE[shipment.status][report.type];
  switch (step.kind) {
    case 'transition':
      if ('unlessForNobody' in step) {
        const because = whyNotSent(order);
        if (because !== undefined) return { kind: 'refused', because };
      }
      return moved(order, { ...shipment, ...sentWith(shipment, report), status: step.to }, step, now);
    case 'ignore':
      return { kind: 'ignored', because: step.because };
    case 'refuse':
      return { kind: 'refused', because: step.because };
    default:
      return step satisfies never;
  }
}

/** The reason not to send a parcel: all of the money went back, or there is no address any more. */
function whyNotSent({ paymentStatus, erasedAt }: Order): ShippingRefusal | undefined {
  if (paymentStatus === 'refunded') return 'refunded';
  return erasedAt === null ? undefined : 'erased';
}

function tellsAnotherParcel({ status, carrier, trackingNumber }: Shipment, report: ShipmentReport): boolean {
  if (status === 'pending' || report.type === 'deliver') return false;
  return report.carrier !== carrier || report.trackingNumber !== trackingNumber;
}

function sentWith({ carrier, trackingNumber }: Shipment, report: ShipmentReport) {
  if (report.type === 'ship') return { carrier: report.carrier, trackingNumber: report.trackingNumber };
  if (carrier === null || trackingNumber === null) throw new Error('a parcel that was sent has no carrier or no tracking number');
  return { carrier, trackingNumber };
}

type Sent = Shipment & { readonly carrier: string; readonly trackingNumber: string };

function moved(before: Order, sent: Sent, { emits }: Transition, now: number): Outcome {
  const shipments = before.shipments.map((shipment) => (shipment.id === sent.id ? sent : shipment));
  const order: Order = { ...before, shipments, version: before.version + 1, updatedAt: now };
  const { id: shipmentId, carrier, trackingNumber } = sent;
  const said = { orderId: order.id, userId: order.userId, shipmentId, carrier, trackingNumber };
  const at = new Date(now).toISOString();
  const event: ShipmentEvent =
    emits === 'order.shipped'
      ? { type: emits, data: { ...said, shippedAt: at } }
      : { type: emits, data: { ...said, deliveredAt: at } };
  return { kind: 'moved', order, event };
}

/** One shipment for each warehouse that Inventory allocated stock from, in the order of the allocations. */
export function openShipments(allocations: readonly Allocation[], newId: () => string): readonly Shipment[] {
  const byWarehouse = Map.groupBy(allocations, (allocation) => allocation.warehouseId);
  return [...byWarehouse].map(([warehouseId, served]) => ({
    id: newId(),
    warehouseId,
    status: 'pending',
    items: served.map(({ sku, quantity }) => ({ sku, quantity })),
    carrier: null,
    trackingNumber: null,
  }));
}
