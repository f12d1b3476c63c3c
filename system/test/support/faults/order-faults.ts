import { aPayment, aRefund, aReservation, aShipment, back, healthy, paid, short } from '../healthy-snapshot.ts';
import { ACCEPTED, ENDS, type Fault, PARCEL_NEWS, PARCELS, SAYS, WAITS } from './fault.ts';

const [left] = healthy.parcelNews;
const news = left === undefined ? [] : [left];

export const ORDER_FAULTS: readonly Fault[] = [
  { what: 'an accepted order that does not exist', breaks: [ACCEPTED], facts: { accepted: [{ id: 'o-paid' }, { id: 'o-lost' }] } },
  {
    what: 'an order that is still placed',
    breaks: [ENDS],
    facts: { orders: [paid, back, { ...short, status: 'placed', reason: null }] },
  },
  {
    what: 'an order that waits for its payment',
    breaks: [ENDS],
    facts: {
      orders: [paid, { ...back, status: 'awaiting_payment', reason: null }, short],
      reservations: [
        ...healthy.reservations.filter(({ orderId }) => orderId !== 'o-back'),
        aReservation({ orderId: 'o-back', status: 'reserved', lines: [] }),
      ],
    },
  },
  {
    what: 'a deadline of an order that has ended',
    breaks: [WAITS],
    facts: { orders: [{ ...paid, deadlineAt: 1 }, back, short] },
  },
  {
    what: 'a payment that is pending though its order has ended',
    breaks: [WAITS, SAYS],
    facts: {
      payments: [
        ...healthy.payments,
        aPayment({ id: 'p-open', orderId: 'o-short', status: 'pending', amount: 99_000 }),
      ],
    },
  },
  {
    what: 'a refund that is pending though its order has ended',
    breaks: [WAITS],
    facts: {
      payments: [aPayment({ refunding: 1000 }), ...healthy.payments.slice(1)],
      refunds: [...healthy.refunds, aRefund({ id: 'r-open', paymentId: 'p-paid', status: 'pending' })],
    },
  },
  { what: 'a completed order without parcels', breaks: [PARCELS], facts: { shipments: [], parcelNews: [] } },
  {
    what: 'a parcel with fewer pieces than were ordered',
    breaks: [PARCELS],
    facts: { shipments: [aShipment({ items: [{ sku: 'LAMP', quantity: 1 }] })] },
  },
  {
    what: 'a parcel of a cancelled order',
    breaks: [PARCELS],
    facts: {
      shipments: [
        ...healthy.shipments,
        aShipment({ id: 's-back', orderId: 'o-back', status: 'pending', carrier: null, trackingNumber: null }),
      ],
    },
  },
  { what: 'a shipped parcel without an event', breaks: [PARCEL_NEWS], facts: { parcelNews: [] } },
  { what: 'a parcel that was shipped twice', breaks: [PARCEL_NEWS], facts: { parcelNews: [...news, ...news] } },
  {
    what: 'a pending parcel with an event that it was shipped',
    breaks: [PARCEL_NEWS],
    facts: { shipments: [aShipment({ status: 'pending', carrier: null, trackingNumber: null })] },
  },
  {
    what: 'a shipped parcel without a carrier',
    breaks: [PARCEL_NEWS],
    facts: { shipments: [aShipment({ carrier: null, trackingNumber: null })] },
  },
  {
    what: 'a delivered parcel without an event',
    breaks: [PARCEL_NEWS],
    facts: { shipments: [aShipment({ status: 'delivered' })] },
  },
  {
    what: 'a parcel with another tracking number than in its event',
    breaks: [PARCEL_NEWS],
    facts: { shipments: [aShipment({ trackingNumber: '00341' })] },
  },
  {
    what: 'an event about a parcel that does not exist',
    breaks: [PARCEL_NEWS],
    facts: { parcelNews: [...news, ...news.map((said) => ({ ...said, shipmentId: 's-ghost' }))] },
  },
];
