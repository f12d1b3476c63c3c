import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { addressIn, withoutAddress } from '../domain/address-book.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface RemoveRequest {
  readonly userId: string;
  readonly addressId: string;
  /** Compares the version with the one that the caller may have named: throws when they differ. */
  readonly requireVersion?: (version: number) => void;
}

/** Removes an address; orders keep the one they were placed with. False: the user has no such address. */
export const removeAddress: UseCase<UserCollections, RemoveRequest, boolean> = {
  name: 'remove address',
  keys: ({ userId }) => ({ addressBooks: [userId] }),
  decide({ userId, addressId, requireVersion }, world, { now }) {
    const book = world.get('addressBooks', userId);
    const address = addressIn(book, addressId);
    if (book === undefined || address === undefined) return { answer: false };
    requireVersion?.(address.version);
    return { answer: true, puts: { addressBooks: [withoutAddress(book, addressId, now)] } };
  },
};
