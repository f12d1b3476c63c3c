import type { ShippingRefusal } from '@souk/contracts/problem';
import type { EventData } from '@souk/contracts/topics';
import type { Order, Shipment } from './order.ts';
import { SHIPMENT_TABLE, type ShipmentStep } from './shipment-table.ts';

/** A report by staff about a parcel. */
export type ShipmentReport =
  | { readonly type: 'ship'; readonly carrier: string; readonly trackingNumber: string }
  | { readonly type: 'deliver' };

export type ShipmentEvent =
  | { readonly type: 'order.shipped'; readonly data: EventData<'order.shipped'> }
  | { readonly type: 'order.delivered'; readonly data: EventData<'order.delivered'> };

export type ShipmentAdvance =
  | { readonly kind: 'moved'; readonly order: Order; readonly event: ShipmentEvent }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly because: ShippingRefusal }
  | { readonly kind: 'not-found' };

/** Advances one parcel of an order; `now` in epoch milliseconds. The order's own state stays. */
export function advanceShipment(order: Order, shipmentId: string, report: ShipmentReport, now: number): ShipmentAdvance {
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
      return { kind: 'ignored' };
    case 'refuse':
      return { kind: 'refused', because: 'not_sent_yet' };
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
  if (carrier === null || trackingNumber === null) throw new Error('a parcel is on its way and nobody knows how');
  return { carrier, trackingNumber };
}

type Sent = Shipment & { readonly carrier: string; readonly trackingNumber: string };
type Transition = Extract<ShipmentStep, { readonly kind: 'transition' }>;

function moved(before: Order, sent: Sent, { emits }: Transition, now: number): ShipmentAdvance {
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
