import type { EventLog } from '@souk/chassis/log/event-log';
import { type RawPart, rawPart } from './raw-part.ts';

export const RAW_TOPIC = 'bench.raw';
const PER_BATCH = 200;
const VALUE = 'x'.repeat(500);

/** Measures sending and reading messages of 500 bytes. */
export async function logParts(name: string, log: Pick<EventLog, 'send' | 'replay'>): Promise<readonly RawPart[]> {
  let sent = 0;
  const batch = () => Array.from({ length: PER_BATCH }, () => ({ topic: RAW_TOPIC, key: String((sent += 1)), value: VALUE, headers: {} }));
  const produced = await rawPart(`${name}: messages of 500 bytes sent, ${PER_BATCH} at a time`, PER_BATCH, () => log.send(batch()));
  const startAt = performance.now();
  let seen = 0;
  await log.replay([RAW_TOPIC], async (messages) => void (seen += messages.length), new AbortController().signal);
  return [produced, { what: `${name}: messages read`, perSecond: Math.round((seen * 1000) / (performance.now() - startAt)) }];
}
