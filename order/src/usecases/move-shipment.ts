import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { ShippingRefusal } from '@souk/contracts/problem';
import { advanceShipment, type ShipmentReport } from '../domain/advance-shipment.ts';
import type { HistoryContext } from '../domain/history.ts';
import type { Order } from '../domain/order.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import { changed, placeInHistory } from './advance-order.ts';

export interface ShipmentCommand {
  readonly orderId: string;
  readonly shipmentId: string;
  readonly report: ShipmentReport;
  /** Throws when the caller has named a version (If-Match) and the order has another one. */
  readonly requireVersion?: (version: number) => void;
}

export type ShipmentAnswer =
  | { readonly kind: 'done'; readonly order: Order }
  | { readonly kind: 'not-shippable'; readonly because: ShippingRefusal }
  | { readonly kind: 'not-found' };

/** Records that a parcel was sent or delivered; a repeated report is answered with the order unchanged. */
export const moveShipment: UseCase<OrderCollections, ShipmentCommand, ShipmentAnswer> = {
  name: 'move shipment',
  keys: ({ orderId }) => ({ orders: [orderId] }),
  decide({ orderId, shipmentId, report, requireVersion }, world, { now }) {
    const order = world.get('orders', orderId);
    const advance = order === undefined ? undefined : advanceShipment(order, shipmentId, report, now);
    if (order === undefined || advance === undefined) return { answer: { kind: 'not-found' } };
    if (advance.kind !== 'not-found') requireVersion?.(order.version);
    switch (advance.kind) {
      case 'moved': {
        const { order: after, event } = advance;
        const context: HistoryContext = { cause: { name: report.type } };
        const events = [{ ...event, ...placeInHistory(after), context }];
        return { answer: { kind: 'done', order: after }, puts: changed(order, after), events };
      }
      case 'ignored':
        return { answer: { kind: 'done', order } };
      case 'refused':
        return { answer: { kind: 'not-shippable', because: advance.because } };
      case 'not-found':
        return { answer: advance };
      default:
        return advance satisfies never;
    }
  },
};
