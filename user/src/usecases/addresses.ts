import type { AddressRules } from '@souk/contracts/address-rules';
import type { CreateAddress, PatchAddress } from '@souk/contracts/http/user';
import type { FieldError } from '@souk/contracts/problem';
import { additionsWaitMs, type Address, addressIn, emptyBook, withAddress, withChanges, withoutAddress } from '../domain/address-book.ts';
import type { UserUseCase } from '../storage/user-store.ts';

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
export const addAddress: UserUseCase<AddRequest, Added> = {
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
export const changeAddress: UserUseCase<ChangeRequest, Changed> = {
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

interface RemoveRequest {
  readonly userId: string;
  readonly addressId: string;
  /** Compares the version with the one that the caller may have named: throws when they differ. */
  readonly requireVersion?: (version: number) => void;
}

/** Removes an address; orders keep the one they were placed with. False: the user has no such address. */
export const removeAddress: UserUseCase<RemoveRequest, boolean> = {
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
