import { aShipment, healthy } from '../healthy-snapshot.ts';
import { type Fault, PARCEL_NEWS, PARCELS } from './fault.ts';

const [left] = healthy.parcelNews;
const news = left === undefined ? [] : [left];

export const PARCEL_FAULTS: readonly Fault[] = [
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
  { what: 'a parcel that left and nobody was told', breaks: [PARCEL_NEWS], facts: { parcelNews: [] } },
  { what: 'a parcel that left twice', breaks: [PARCEL_NEWS], facts: { parcelNews: [...news, ...news] } },
  {
    what: 'a parcel that was told to have left and lies there still',
    breaks: [PARCEL_NEWS],
    facts: { shipments: [aShipment({ status: 'pending', carrier: null, trackingNumber: null })] },
  },
  {
    what: 'a parcel on its way that nobody carries',
    breaks: [PARCEL_NEWS],
    facts: { shipments: [aShipment({ carrier: null, trackingNumber: null })] },
  },
  {
    what: 'a parcel that arrived and nobody was told',
    breaks: [PARCEL_NEWS],
    facts: { shipments: [aShipment({ status: 'delivered' })] },
  },
  {
    what: 'a parcel with another number than was told',
    breaks: [PARCEL_NEWS],
    facts: { shipments: [aShipment({ trackingNumber: '00341' })] },
  },
  {
    what: 'news of a parcel that is not there',
    breaks: [PARCEL_NEWS],
    facts: { parcelNews: [...news, ...news.map((said) => ({ ...said, shipmentId: 's-ghost' }))] },
  },
];
