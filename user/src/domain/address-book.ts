import type { ShippingAddress } from '@souk/contracts/address';
import type { CreateAddress, PatchAddress } from '@souk/contracts/http/user';

const DAY_MS = 86_400_000;
/** A limit, because every addition with an idempotency key leaves an answer that is kept for 36 hours. Nobody moves this often. */
const ADDITIONS_A_DAY = 100;

/** A shipping address of a user. Times are epoch milliseconds. */
export interface Address extends ShippingAddress {
  readonly id: string;
  readonly label?: string;
  readonly isDefault: boolean;
  /** Counts the changes, including those of being the default or not. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A user's addresses as one entity, oldest first: when there are any, one of them is the default. */
export interface AddressBook {
  readonly userId: string;
  readonly addresses: readonly Address[];
  /** Additions since `since`, including addresses that were removed again. */
  readonly additions: { readonly count: number; readonly since: number };
}

export function emptyBook(userId: string): AddressBook {
  return { userId, addresses: [], additions: { count: 0, since: 0 } };
}

/** Milliseconds until the day with too many additions is over; 0: another one is allowed now. */
export function additionsWaitMs({ additions: { count, since } }: AddressBook, now: number): number {
  return count >= ADDITIONS_A_DAY ? Math.max(0, since + DAY_MS - now) : 0;
}

export function addressIn(book: AddressBook | undefined, id: string): Address | undefined {
  return book?.addresses.find((address) => address.id === id);
}

/** Adds an address. The first one is the default; a later one that asks for it replaces the present default. */
export function withAddress(
  book: AddressBook,
  { isDefault = false, ...fields }: CreateAddress,
  { id, now }: { readonly id: string; readonly now: number },
): AddressBook {
  const address: Address = { ...fields, id, isDefault: false, version: 1, createdAt: now, updatedAt: now };
  const { count, since } = book.additions;
  const additions = now < since + DAY_MS ? { count: count + 1, since } : { count: 1, since: now };
  const added = { ...book, additions, addresses: [...book.addresses, address] };
  if (!isDefault && book.addresses.length > 0) return added;
  const others = withDefault(book, id, now).addresses;
  return { ...added, addresses: [...others, { ...address, isDefault: true }] };
}

/** Changes an address; values that it has already change nothing. An address stays the default until another one becomes it. */
export function withChanges(book: AddressBook, id: string, changes: PatchAddress, now: number): AddressBook {
  const { isDefault, ...fields } = changes;
  const addresses = book.addresses.map((address) => (address.id === id ? patched(address, fields, now) : address));
  const after = { ...book, addresses };
  return isDefault === true ? withDefault(after, id, now) : after;
}

/** When the default is removed, the newest of the others becomes the default. */
export function withoutAddress(book: AddressBook, id: string, now: number): AddressBook {
  const left = { ...book, addresses: book.addresses.filter((address) => address.id !== id) };
  const newest = left.addresses.at(-1);
  if (newest === undefined || left.addresses.some(({ isDefault }) => isDefault)) return left;
  return withDefault(left, newest.id, now);
}

function withDefault(book: AddressBook, id: string, now: number): AddressBook {
  const addresses = book.addresses.map((address) => {
    const isDefault = address.id === id;
    return address.isDefault === isDefault ? address : changed(address, { isDefault }, now);
  });
  return { ...book, addresses };
}

function patched(address: Address, fields: Omit<PatchAddress, 'isDefault'>, now: number): Address {
  const asked = Object.entries(fields).filter(([, value]) => value !== undefined);
  const before: Readonly<Record<string, unknown>> = { ...address };
  if (asked.every(([name, value]) => (before[name] ?? null) === value)) return address;
  return withoutNulls(changed(address, Object.fromEntries(asked), now));
}

function changed(address: Address, changes: object, now: number): Address {
  const updatedAt = Math.max(now, address.updatedAt);
  return { ...address, ...changes, version: address.version + 1, updatedAt };
}

/** Removes the fields that the caller set to null. */
function withoutNulls(address: Address): Address {
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== null)) as unknown as Address;
}
