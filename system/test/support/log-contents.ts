import { openEmbeddedLog } from '@souk/chassis/log/embedded-log';
import type { LogMessage } from '@souk/chassis/log/event-log';
import { openLogReader } from '@souk/chassis/log/log-reader';
import { TOPIC_NAMES, type Topic, TOPICS } from '@souk/contracts/topics';
import { shopFiles } from '../../src/embedded/shop-files.ts';

/** All that was ever sent to a topic, ready to be sent again. */
export function logged(folder: string, topic: Topic): readonly LogMessage[] {
  const reader = openLogReader(shopFiles(folder).log);
  try {
    return [...reader.records(topic)].map(({ key, value, headers }) => ({ topic, key, value, headers }));
  } finally {
    reader.close();
  }
}

/** Puts messages at the end of the log of a stopped shop, as a relay would. */
export async function appendToLog(folder: string, messages: readonly LogMessage[]): Promise<void> {
  const topics = TOPIC_NAMES.map((name) => ({ name, partitions: TOPICS[name].partitions }));
  const log = openEmbeddedLog({ path: shopFiles(folder).log, topics });
  try {
    await log.send(messages);
  } finally {
    await log.close();
  }
}
