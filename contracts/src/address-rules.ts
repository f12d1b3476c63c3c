import type { AskedAddress } from './address.ts';
import type { FieldError } from './problem.ts';

/** An address, or changes to one, in the form to store, with the telephone number as E.164; else the errors. */
export type Readable<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

export interface AddressRules {
  /** `at`: JSON Pointer of the address in the body. */
  read<A extends AskedAddress>(address: A, at?: string): Readable<A>;
  /** Checks the fields that change, for the address as it is after the change; null removes a field. */
  readChanges<C extends AddressChanges>(before: Located, changes: C): Readable<C>;
}

type Located = Pick<AskedAddress, 'country' | 'postalCode'>;

interface AddressChanges {
  country?: string;
  postalCode?: string | null;
  phone?: string | null;
}

let rules: Promise<AddressRules> | undefined;

/**
 * The address rules of each country, from the data of packages: 130 kB, loaded when the first address is read. Postal codes follow Google's address
 * data, which say whether a code is needed and in which form. Telephone numbers are read as libphonenumber does: with `+`, or as they are dialled in
 * the country of the address.
 */
export function addressRules(): Promise<AddressRules> {
  return (rules ??= loaded());
}

async function loaded(): Promise<AddressRules> {
  const { e164, needsPostalCode, isPostalCode } = await import('./phones-and-postal-codes.ts');

  /** Accepts a code for a country that has none, because forms ask for one everywhere. */
  const postalFaults = ({ postalCode, country }: Located): readonly string[] => {
    if (postalCode === undefined) return needsPostalCode(country) ? [`is missing: addresses in ${named(country)} need a postal code`] : [];
    return isPostalCode(postalCode, country) ? [] : [`is not a postal code of ${named(country)}`];
  };

  return {
    read(address, at = '') {
      const { phone, country } = address;
      return judged(address, postalFaults(address), phone === undefined ? phone : e164(phone, country), { at, country });
    },
    readChanges(before, changes) {
      const { country = before.country, postalCode = before.postalCode, phone } = changes;
      const isMoved = changes.country !== undefined || changes.postalCode !== undefined;
      const faults = isMoved ? postalFaults({ country, ...(postalCode != null && { postalCode }) }) : [];
      return judged(changes, faults, phone == null ? undefined : e164(phone, country), { at: '', country });
    },
  };
}

/** `phone`: undefined when none is given, null when it is not a telephone number. */
function judged<A extends object>(
  value: A,
  postal: readonly string[],
  phone: string | null | undefined,
  { at, country }: { readonly at: string; readonly country: string },
): Readable<A> {
  const errors = postal.map((detail) => ({ pointer: `${at}/postalCode`, detail }));
  if (phone === null) errors.push({ pointer: `${at}/phone`, detail: phoneFault(country) });
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, value: phone === undefined ? value : { ...value, phone } };
}

function phoneFault(country: string): string {
  return `must be a telephone number, with + and the code of its country (+49 30 1234567) or as it is dialled in ${named(country)}`;
}

function named(country: string): string {
  return `${new Intl.DisplayNames(['en'], { type: 'region' }).of(country) ?? country} (${country})`;
}
