import { openKafkaLog } from '@souk/chassis/log/kafka/kafka-log';
import type { LogMessage } from '@souk/chassis/log/event-log';
import type { RealShopAddresses } from '../../src/shop/real/addresses.ts';
import { DECLARED } from './prepare-databases.ts';

/** Puts messages at the end of a shop's log, past its services. */
export async function appendTo({ kafka }: RealShopAddresses, messages: readonly LogMessage[]): Promise<void> {
  const report = (error: unknown, what: string) => void process.stderr.write(`${what}: ${String(error)}\n`);
  const log = await openKafkaLog({ ...kafka, clientId: 'souk.test', topics: DECLARED, report });
  try {
    await log.send(messages);
  } finally {
    await log.close();
  }
}
