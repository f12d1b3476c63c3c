import type { ShippingAddress } from '@souk/contracts/address';
import type { CreateAddress, PatchAddress } from '@souk/contracts/http/user';

const DAY_MS = 86_400_000;
/** Every addition with a key leaves an answer that is kept for 36 hours: nobody moves this often. */
const ADDITIONS_A_DAY = 100;

/** Where a user wants things sent to. Times are epoch milliseconds. */
export interface Address extends ShippingAddress {
  readonly id: string;
  readonly label?: string;
  readonly isDefault: boolean;
  /** Counts the changes, being the default or not among them. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A user's addresses as one, oldest first: when there are any, one of them is the default. */
export interface AddressBook {
  readonly userId: string;
  readonly addresses: readonly Address[];
  /** Those since `since`, whatever has become of them. */
  readonly additions: { readonly count: number; readonly since: number };
}

export function emptyBook(userId: string): AddressBook {
  return { userId, addresses: [], additions: { count: 0, since: 0 } };
}

/** Milliseconds until the day is over that has as many additions already; 0: it has not. */
export function additionsWaitMs({ additions: { count, since } }: AddressBook, now: number): number {
  return count >= ADDITIONS_A_DAY ? Math.max(0, since + DAY_MS - now) : 0;
}

export function addressIn(book: AddressBook | undefined, id: string): Address | undefined {
  return book?.addresses.find((address) => address.id === id);
}

/** The first address is the default, and whoever asks to be it takes the place of the one before. */
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

/** Asking for what is there already changes nothing. The default stays it until another one becomes it. */
export function withChanges(book: AddressBook, id: string, changes: PatchAddress, now: number): AddressBook {
  const { isDefault, ...fields } = changes;
  const addresses = book.addresses.map((address) => (address.id === id ? patched(address, fields, now) : address));
  const after = { ...book, addresses };
  return isDefault === true ? withDefault(after, id, now) : after;
}

/** When the default goes, the newest of the others becomes it. */
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

/** Null was the caller's word for taking a field away. */
function withoutNulls(address: Address): Address {
  return Object.fromEntries(Object.entries(address).filter(([, value]) => value !== null)) as unknown as Address;
}
