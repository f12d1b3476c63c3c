import type { ChassisCollections } from '@souk/chassis/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/writer/use-case';
import type { CreateAddress } from '@souk/contracts/http/user';
import { type Address, type AddressBook, emptyBook, withAddress } from '../domain/address-book.ts';
import type { UserCollections } from '../storage/user-store.ts';

/** Longer than answers are kept. */
const ANSWERS_HELD_MS = 7 * 86_400_000;

interface AddRequest {
  readonly userId: string;
  readonly address: CreateAddress;
  /** of the kept answer, which holds the address too; undefined: none is kept */
  readonly keptAs: string | undefined;
}

export type Added =
  | { readonly kind: 'added'; readonly address: Address }
  | { readonly kind: 'full' }
  | { readonly kind: 'user-unknown' };

/** One more address in a user's book. */
export const addAddress: UseCase<UserCollections & ChassisCollections, AddRequest, Added> = {
  name: 'add address',
  keys: ({ userId }) => ({ users: [userId], addressBooks: [userId] }),
  decide({ userId, address, keptAs }, world, { now, newId }) {
    if (world.get('users', userId) === undefined) return { answer: { kind: 'user-unknown' } };
    const book = world.get('addressBooks', userId) ?? emptyBook(userId);
    const after = withAddress(book, address, { id: newId(), now });
    const added = after?.addresses.at(-1);
    if (after === undefined || added === undefined) return { answer: { kind: 'full' } };
    return { answer: { kind: 'added', address: added }, puts: { addressBooks: [remembering(after, keptAs, now)] } };
  },
};

function remembering(book: AddressBook, keptAs: string | undefined, now: number): AddressBook {
  const held = book.answers.filter(({ at }) => at > now - ANSWERS_HELD_MS);
  return { ...book, answers: keptAs === undefined ? held : [...held, { id: keptAs, at: now }] };
}
