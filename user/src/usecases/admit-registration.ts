import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { asked, isFull, leftMs } from '../domain/attempts.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface Registering {
  /** of the client's address */
  readonly key: string;
  readonly perHour: number;
}

export type Admitted = { readonly kind: 'admitted' } | { readonly kind: 'wait'; readonly ms: number };

/** Counts a registration before its password is hashed; in the database, so that replicas count together. */
export const admitRegistration: UseCase<UserCollections, Registering, Admitted> = {
  name: 'admit registration',
  keys: ({ key }) => ({ attempts: [key] }),
  decide({ key, perHour }, world, { now }) {
    const before = world.get('attempts', key);
    if (isFull(before, perHour, now)) return { answer: { kind: 'wait', ms: leftMs(before, now) } };
    return { answer: { kind: 'admitted' }, puts: { attempts: [asked(before, key, now)] } };
  },
};
