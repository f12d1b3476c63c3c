import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { UserCollections } from '../storage/user-store.ts';

/** Forgets deleted users of whom no data is kept any more. */
export const forgetDepartures: UseCase<UserCollections, readonly string[], void> = {
  name: 'forget departures',
  keys: (userIds) => ({ departures: userIds }),
  decide: (userIds) => ({ answer: undefined, removes: { departures: userIds } }),
};
