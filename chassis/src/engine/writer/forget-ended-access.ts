import type { ChassisCollections } from './chassis-collections.ts';
import { ENDED_ACCESS_KEPT_MS } from './ended-access.ts';
import type { UseCase } from './use-case.ts';

/** Removes the ended access of these ids once every token concerned has expired. */
export function forgetEndedAccess<C extends ChassisCollections>(): UseCase<C, readonly string[], void> {
  return {
    name: 'forget ended access',
    keys: (ids) => ({ endedAccess: ids }),
    decide(ids, world, { now }) {
      const over = ids.filter((id) => (world.get('endedAccess', id)?.at ?? now) < now - ENDED_ACCESS_KEPT_MS);
      return { answer: undefined, removes: { endedAccess: over } };
    },
  };
}
