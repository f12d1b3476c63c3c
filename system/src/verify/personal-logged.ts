import type { LogMessage } from '@souk/chassis/log/event-log';
import { checkHeaders } from '@souk/contracts/envelope';
import { holdsPersonal } from '@souk/contracts/schema';
import { personalTexts, unnamedPlaces } from '@souk/contracts/values-by-schema';
import { isTopic, type Topic, TOPICS } from '@souk/contracts/topics';
import type { PersonalLogged } from './facts.ts';

/**
 * Returns the first field of an event that may be personal, if any: one that its contract marks as personal or does not name.
 * Skips versions no longer written, which were sent with what they hold, and messages that are no events of this shop, because
 * their headers do not match or their bytes are no text.
 */
export function personalLogged({ topic, key, value, headers, binary }: LogMessage): readonly PersonalLogged[] {
  if (!isTopic(topic) || Number(headers.ce_schemaversion) < TOPICS[topic].version) return [];
  if (binary !== undefined || !checkHeaders(topic, key, headers).ok) return [];
  const place = placeIn(topic, value);
  return place === undefined ? [] : [{ topic, id: headers.ce_id ?? '', place }];
}

function placeIn(topic: Topic, value: string): string | undefined {
  const { data: schema } = TOPICS[topic];
  try {
    const data: unknown = JSON.parse(value);
    const personal = holdsPersonal(schema) ? personalTexts(schema, data).map(({ pointer }) => pointer) : [];
    return personal[0] ?? unnamedPlaces(schema, data)[0];
  } catch (error) {
    // Not an event of this shop, which writes its events with JSON.stringify.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
