import type { LogMessage } from '@souk/chassis/log/event-log';
import { checkHeaders } from '@souk/contracts/event-headers';
import { holdsPersonal } from '@souk/contracts/personal';
import { personalTexts } from '@souk/contracts/personal-values';
import { isTopic, type Topic, TOPICS } from '@souk/contracts/topics';
import { unnamedPlaces } from '@souk/contracts/unnamed-values';
import type { PersonalLogged } from './facts.ts';

/**
 * Nothing, or the first place of an event where something personal may stand: a field that its contract marks so, or does not
 * name at all. Of versions that are written no more nothing is said: they were sent with what they hold. What is no event of this
 * shop, because its headers are not those of one or its bytes are no text, is somebody else's.
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
    // No event of this shop, whose events JSON.stringify makes.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
