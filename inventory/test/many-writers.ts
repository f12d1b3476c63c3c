import { newId } from '@souk/chassis/ids';
import { orderCancelled, orderCompleted, orderCreated } from './builders.ts';
import type { Stockroom } from './stockroom.ts';

const WRITERS = 32;
const STEPS = 10;

interface Places {
  readonly skus: readonly string[];
  /** One or two; with one, nothing is transferred. */
  readonly warehouses: readonly string[];
}

/**
 * 32 writers, spread over the processes, each of which does one thing after the other to the same SKUs: receive, adjust, transfer,
 * reserve, sell, cancel. Answers the orders they placed.
 */
export async function manyWriters(rooms: readonly Stockroom[], { skus, warehouses }: Places): Promise<readonly string[]> {
  const orders: string[] = [];
  const write = async (room: Stockroom, writer: number, step: number): Promise<void> => {
    const [sku = '', other = ''] = [skus[(writer + step) % skus.length], skus[(writer * 3 + step) % skus.length]];
    const [from = '', to = ''] = step % 2 === 0 ? warehouses : warehouses.toReversed();
    const quantity = 1 + ((writer * 5 + step) % 4);
    const what = (writer + step * 3) % 5;
    if (what === 0) await room.receive(sku, from, quantity + 2);
    else if (what === 1) await room.adjust(sku, from, -quantity);
    else if (what === 2 && to !== '') await room.transfer(sku, from, to, quantity);
    else {
      const order = newId();
      orders.push(order);
      const items = [...new Set([sku, other])].map((one) => ({ sku: one, quantity }));
      await room.reserve(orderCreated(order, items));
      if (what === 3) await room.giveBack(orderCancelled(order));
      // Every other one stays reserved.
      else if (writer % 2 === 0) await room.commit(orderCompleted(order));
    }
  };
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      for (let step = 0; step < STEPS; step += 1) await write(rooms[writer % rooms.length] as Stockroom, writer, step);
    }),
  );
  return orders;
}
