import type { UseCase } from '@souk/chassis/writer/use-case';
import { addressIn, withoutAddress } from '../domain/address-book.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface RemoveRequest {
  readonly userId: string;
  readonly addressId: string;
}

/** Orders keep the address they were placed with. False: the user has no such address. */
export const removeAddress: UseCase<UserCollections, RemoveRequest, boolean> = {
  name: 'remove address',
  keys: ({ userId }) => ({ addressBooks: [userId] }),
  decide({ userId, addressId }, world, { now }) {
    const book = world.get('addressBooks', userId);
    if (book === undefined || addressIn(book, addressId) === undefined) return { answer: false };
    return { answer: true, puts: { addressBooks: [withoutAddress(book, addressId, now)] } };
  },
};
