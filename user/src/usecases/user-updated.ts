import type { NewEventOf } from '@souk/chassis/engine/writer/use-case';
import { isoTime } from '../domain/representations.ts';
import type { User } from '../domain/user.ts';

/** The event of a change. The history outlives the person, so it does not contain the values. */
export function userUpdated({ id, version, updatedAt }: User): NewEventOf<'user.updated'> {
  const data = { userId: id, updatedAt: isoTime(updatedAt) };
  return { type: 'user.updated', key: id, stream: id, version, data };
}
