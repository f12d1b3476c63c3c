import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { AddressRules } from '@souk/contracts/address-rules';
import type { PatchAddress } from '@souk/contracts/http/user';
import type { FieldError } from '@souk/contracts/problem';
import { type Address, addressIn, withChanges } from '../domain/address-book.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface ChangeRequest {
  readonly userId: string;
  readonly addressId: string;
  readonly changes: PatchAddress;
  /** Validates the changes by the country of the address. */
  readonly readChanges: AddressRules['readChanges'];
  /** Compares the version with the one that the caller means to change: throws when they differ. */
  readonly requireVersion: (version: number) => void;
}

type Changed =
  | { readonly kind: 'changed'; readonly address: Address }
  /** it stays the default until another address becomes it */
  | { readonly kind: 'is-default' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'address-unknown' };

/** Changes one of a user's addresses, or makes it the default. */
export const changeAddress: UseCase<UserCollections, ChangeRequest, Changed> = {
  name: 'change address',
  keys: ({ userId }) => ({ addressBooks: [userId] }),
  decide({ userId, addressId, changes, readChanges, requireVersion }, world, { now }) {
    const book = world.get('addressBooks', userId);
    const before = addressIn(book, addressId);
    if (book === undefined || before === undefined) return { answer: { kind: 'address-unknown' } };
    requireVersion(before.version);
    if (before.isDefault && changes.isDefault === false) return { answer: { kind: 'is-default' } };
    const read = readChanges(before, changes);
    if (!read.ok) return { answer: { kind: 'invalid', errors: read.errors } };
    const after = withChanges(book, addressId, read.value, now);
    const address = addressIn(after, addressId) ?? before;
    if (address === before) return { answer: { kind: 'changed', address } };
    return { answer: { kind: 'changed', address }, puts: { addressBooks: [after] } };
  },
};
