import type { ReceivedMessage } from '@souk/chassis/log/event-log';
import type { Topic } from '@souk/contracts/topics';
import type { ShopRecords } from '../../src/verify/shop-records.ts';

/** All that was ever sent to these topics, each partition in its order. */
export async function messagesOf(records: ShopRecords, topics: readonly Topic[]): Promise<ReceivedMessage[]> {
  const all: ReceivedMessage[] = [];
  await records.logged(topics, (messages) => void all.push(...messages));
  return all;
}
