import { sumBy, type Rule } from './rule.ts';
import type { ParcelNews, ShipmentFact, Snapshot } from './snapshot.ts';

/** What the state of a parcel says was told of it. */
const TOLD = {
  pending: [],
  shipped: ['order.shipped'],
  delivered: ['order.delivered', 'order.shipped'],
} as const;

/** What is wrong with one parcel and what was told of it; undefined when nothing is. */
function parcelFault({ id, status, carrier, trackingNumber }: ShipmentFact, news: readonly ParcelNews[]): string | undefined {
  const told = news.map(({ type }) => type).toSorted();
  if (told.join() !== TOLD[status].join()) return `parcel ${id} is ${status}, told were: ${told.join(', ') || 'nothing'}`;
  if ((status === 'pending') !== (carrier === null && trackingNumber === null)) return `parcel ${id} is ${status}, its carrier ${carrier}`;
  const same = news.every((said) => said.carrier === carrier && said.trackingNumber === trackingNumber);
  return same ? undefined : `parcel ${id} went with ${carrier} ${trackingNumber}, told was another one`;
}

/** Pieces of each order and SKU, by a key of both. */
function piecesIn(lines: readonly { readonly orderId: string; readonly sku: string; readonly quantity: number }[]) {
  return sumBy(lines, ({ orderId, sku }) => `order ${orderId}: ${sku}`, ({ quantity }) => quantity);
}

function linesOf({ shipments }: Pick<Snapshot, 'shipments'>) {
  return shipments.flatMap(({ orderId, items }) => items.map((item) => ({ ...item, orderId })));
}

export const PARCEL_RULES: readonly Rule[] = [
  {
    promise: 'the parcels of a completed order hold what was ordered, no other order has any',
    *violations({ orders, orderLines, shipments }) {
      const completed = new Set(orders.filter(({ status }) => status === 'completed').map(({ id }) => id));
      const ordered = piecesIn(orderLines.filter(({ orderId }) => completed.has(orderId)));
      const packed = piecesIn(linesOf({ shipments }));
      for (const what of new Set([...ordered.keys(), ...packed.keys()])) {
        const [wanted, there] = [ordered.get(what) ?? 0, packed.get(what) ?? 0];
        if (wanted !== there) yield `${what}: ${there} in parcels, ${wanted} wanted`;
      }
    },
  },
  {
    promise: 'a parcel leaves and arrives once, as it was told',
    *violations({ shipments, parcelNews }) {
      const news = Map.groupBy(parcelNews, ({ shipmentId }) => shipmentId);
      for (const shipment of shipments) {
        const fault = parcelFault(shipment, news.get(shipment.id) ?? []);
        if (fault !== undefined) yield `order ${shipment.orderId}: ${fault}`;
        news.delete(shipment.id);
      }
      for (const [id] of news) yield `parcel ${id}, of which was told, does not exist`;
    },
  },
];
