import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { CreateAddress } from '@souk/contracts/http/user';
import { additionsWaitMs, type Address, addressIn, emptyBook, withAddress } from '../domain/address-book.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface AddRequest {
  readonly userId: string;
  readonly address: CreateAddress;
  /** addresses that the book may have */
  readonly limit: number;
}

export type Added =
  | { readonly kind: 'added'; readonly address: Address }
  | { readonly kind: 'full' }
  | { readonly kind: 'too-often'; readonly waitMs: number }
  | { readonly kind: 'user-unknown' };

/** Adds an address to a user's book. */
export const addAddress: UseCase<UserCollections, AddRequest, Added> = {
  name: 'add address',
  keys: ({ userId }) => ({ users: [userId], addressBooks: [userId] }),
  decide({ userId, address, limit }, world, { now, newId }) {
    if (world.get('users', userId) === undefined) return { answer: { kind: 'user-unknown' } };
    const book = world.get('addressBooks', userId) ?? emptyBook(userId);
    if (book.addresses.length >= limit) return { answer: { kind: 'full' } };
    const waitMs = additionsWaitMs(book, now);
    if (waitMs > 0) return { answer: { kind: 'too-often', waitMs } };
    const id = newId();
    const after = withAddress(book, address, { id, now });
    const added = addressIn(after, id);
    if (added === undefined) throw new Error('the address that was added is not in the book');
    return { answer: { kind: 'added', address: added }, puts: { addressBooks: [after] } };
  },
};
