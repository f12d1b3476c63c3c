import type { Facts } from './facts.ts';

/** Booleans are stored as 0 and 1, lists as JSON text. */
type Kind = 'text' | 'integer' | 'boolean' | 'json';

interface FactTable<Fact> {
  readonly columns: { readonly [Column in keyof Fact]-?: Kind };
  /** Columns of each index, for rules over many facts; created when all facts are in. */
  readonly indexes?: readonly (readonly (keyof Fact & string)[])[];
}

/** Nothing is unique here: a rule has to find facts that occur twice. */
export const FACT_TABLES: { readonly [Table in keyof Facts]: FactTable<Facts[Table]> } = {
  accepted: { columns: { id: 'text' } },
  orders: {
    columns: {
      id: 'text',
      userId: 'text',
      status: 'text',
      reason: 'text',
      paymentStatus: 'text',
      refunded: 'integer',
      total: 'integer',
      currency: 'text',
      deadlineAt: 'integer',
      isKept: 'boolean',
      isErased: 'boolean',
      version: 'integer',
    },
    indexes: [['id']],
  },
  orderLines: { columns: { orderId: 'text', sku: 'text', quantity: 'integer', unitPrice: 'integer' }, indexes: [['orderId']] },
  shipments: {
    columns: {
      orderId: 'text',
      id: 'text',
      warehouseId: 'text',
      status: 'text',
      carrier: 'text',
      trackingNumber: 'text',
      items: 'json',
    },
    indexes: [['id'], ['orderId']],
  },
  parcelNews: { columns: { type: 'text', shipmentId: 'text', carrier: 'text', trackingNumber: 'text' }, indexes: [['shipmentId']] },
  personalTold: { columns: { orderId: 'text', type: 'text' } },
  categories: { columns: { id: 'text', parentId: 'text', position: 'integer' } },
  categoryUse: { columns: { categoryId: 'text', products: 'integer' } },
  products: { columns: { id: 'text', categoryIds: 'json' } },
  levels: {
    columns: { sku: 'text', warehouseId: 'text', onHand: 'integer', reserved: 'integer', movements: 'integer', lowTurns: 'integer' },
    indexes: [['sku', 'warehouseId']],
  },
  lows: { columns: { sku: 'text', available: 'integer', threshold: 'integer' }, indexes: [['sku']] },
  reservations: { columns: { orderId: 'text', status: 'text', lines: 'json' }, indexes: [['orderId']] },
  movements: {
    columns: {
      sku: 'text',
      warehouseId: 'text',
      number: 'integer',
      onHandDelta: 'integer',
      reservedDelta: 'integer',
      onHandAfter: 'integer',
      reservedAfter: 'integer',
    },
    indexes: [['sku', 'warehouseId', 'number']],
  },
  payments: {
    columns: { id: 'text', orderId: 'text', status: 'text', amount: 'integer', refunded: 'integer', refunding: 'integer' },
    indexes: [['id'], ['orderId']],
  },
  refunds: { columns: { id: 'text', paymentId: 'text', amount: 'integer', status: 'text' }, indexes: [['id'], ['paymentId']] },
  paymentMethods: { columns: { id: 'text', userId: 'text' } },
  webhooks: { columns: { id: 'text', key: 'text', said: 'text', outcome: 'text' } },
  charges: { columns: { key: 'text', amount: 'integer', taken: 'boolean', refunded: 'integer' }, indexes: [['key']] },
  givenBack: { columns: { key: 'text', amount: 'integer' }, indexes: [['key']] },
  events: {
    columns: { service: 'text', id: 'text', type: 'text', published: 'boolean', stream: 'text', version: 'integer' },
    indexes: [['service', 'stream', 'version']],
  },
  backlogs: { columns: { service: 'text', unsent: 'integer', parked: 'integer' } },
  deadLetters: { columns: { service: 'text', cause: 'text' } },
  setAside: { columns: { id: 'text' }, indexes: [['id']] },
  personalLogged: { columns: { topic: 'text', id: 'text', place: 'text' } },
  logged: { columns: { id: 'text' }, indexes: [['id']] },
  unhandled: { columns: { messages: 'integer' } },
};
