import type { PlacedText } from '@souk/contracts/values-by-schema';
import type { Order } from '@souk/order/domain/order';
import { plugin } from 'bun';
import { personalFields } from './personal-field.ts';

/**
 * A shop whose orders have a `wish`, which this process's first argument declares. Prints as JSON what each part of the
 * shop does with it. All is loaded after the plugin.
 */
const NOTE = 'For Zoë, with love';
const CARD = '4242 4242 4242 4242';
const ADDRESS = { name: 'erased', line1: 'erased', city: 'erased', country: 'AT' };

await plugin(personalFields(process.argv[2] ?? ''));
const { unmarkedTexts } = await import('../../../contracts/test/free-texts.ts');
const { PlaceOrder } = await import('@souk/contracts/http/order');
const { erasedEvent, erasedOrder, TELLING_EVENTS } = await import('@souk/order/domain/erase-person');
const { orderToRow } = await import('@souk/order/storage/order-rows');
const { refuseCardNumbers } = await import('@souk/chassis/web/problems/field-errors');
const { redacted } = await import('@souk/chassis/telemetry/logging');
const { redactedMessage } = await import('@souk/chassis/engine/messaging/redacted-message');
const { orderFacts } = await import('../../src/verify/read-facts.ts');

const order = { id: 'o-1', total: { amount: 1, currency: 'EUR' }, items: [], allocations: null, shipments: [], shortages: [], shippingAddress: ADDRESS, wish: NOTE } as unknown as Order;
const data = { orderId: 'o-1', userId: 'u-1', items: [], total: order.total, wish: NOTE };
const event = { type: 'order.completed', data, context: { cause: { name: 'deadline' } } } as const;

function refusedPlaces(): readonly string[] {
  try {
    refuseCardNumbers(PlaceOrder, { wish: CARD });
    return [];
  } catch (error) {
    return (error as { details: { errors: readonly Pick<PlacedText, 'pointer'>[] } }).details.errors.map(({ pointer }) => pointer);
  }
}

/** Asks verify about a database whose erasure forgot the note. */
async function found(): Promise<Readonly<Record<string, unknown>>> {
  const kept: Record<string, unknown> = {};
  const rows = (sql: string) => {
    if (sql.includes('from orders')) return [[{ ...orderToRow(order), erased_at: 1 }]];
    return sql.includes('from events e') ? [[{ orderId: 'o-1', type: event.type, data: JSON.stringify(data), context: null }]] : [];
  };
  const addAll = async (table: string, batches: AsyncIterable<unknown[]>) => (kept[table] = (await Array.fromAsync(batches)).flat());
  await orderFacts(rows as never, { addAll } as never);
  return kept;
}

const { orders, personalTold } = (await found()) as { orders: { isErased: boolean }[]; personalTold: unknown[] };
const message = { topic: event.type, key: 'o-1', value: JSON.stringify(data), headers: {} };
const has = (value: unknown) => JSON.stringify(value).includes(NOTE);
process.stdout.write(
  JSON.stringify({
    unmarked: await unmarkedTexts(),
    keptInOrder: has(orderToRow(erasedOrder(order))),
    keptInEvent: has(erasedEvent(event)) || !TELLING_EVENTS.includes(event.type),
    shownInLog: has(redacted({ body: { wish: NOTE } })),
    shownInDeadLetter: has(redactedMessage(message)),
    cardsRefusedAt: refusedPlaces(),
    missedByVerify: orders[0]?.isErased === true || personalTold.length === 0,
  }),
);
