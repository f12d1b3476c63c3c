import { ORDER_FILTERS, type OrderFilter } from './order-filters.ts';
import type { Place } from './place.ts';

export type Searched =
  | { readonly kind: 'order'; readonly id: string }
  | { readonly kind: 'filter'; readonly change: Partial<Record<OrderFilter, string>> }
  | { readonly kind: 'unclear'; readonly why: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SHORT_ID = /^…?[0-9a-f]{6,12}$/i;
const SKU = /^[A-Za-z0-9._-]{1,64}$/;
const AGE = /^(\d{1,6})(s|m|min|h|d)?$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/** Names before the colon, and the filter each stands for. */
const WORDS: Readonly<Record<string, OrderFilter>> = {
  status: 'status', reason: 'reason', waits: 'waitsFor', waitsfor: 'waitsFor', sku: 'sku', customer: 'userId', user: 'userId', userid: 'userId', older: 'olderThan', olderthan: 'olderThan',
};

/**
 * Reads what was typed into the search field: an order's id, a SKU, or words like `status:cancelled`. `knownIds`: orders whose id may be given by its
 * end.
 */
export function readSearch(typed: string, knownIds: readonly string[] = []): Searched {
  const words = typed.trim().split(/\s+/).filter((word) => word !== '');
  const [only] = words;
  if (only === undefined) return { kind: 'filter', change: {} };
  if (words.length === 1) {
    const id = orderId(only, knownIds);
    if (id !== undefined) return { kind: 'order', id };
  }
  const change: Partial<Record<OrderFilter, string>> = {};
  for (const word of words) {
    const read = readWord(word);
    if (typeof read === 'string') return { kind: 'unclear', why: read };
    change[read.filter] = read.value;
  }
  return { kind: 'filter', change };
}

function orderId(word: string, knownIds: readonly string[]): string | undefined {
  const id = word.toLowerCase().replace(/^(order:|…)/, '');
  if (UUID.test(id)) return id;
  return SHORT_ID.test(id) ? knownIds.find((known) => known.endsWith(id)) : undefined;
}

/** The filter of a word, or why there is none. */
function readWord(word: string): { filter: OrderFilter; value: string } | string {
  const colon = word.indexOf(':');
  if (colon === -1) return SKU.test(word) ? { filter: 'sku', value: word } : `“${word}” is no SKU and no order id.`;
  const name = word.slice(0, colon).toLowerCase();
  const value = word.slice(colon + 1);
  const filter = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
  if (filter === undefined) return `There is no filter “${name}”. There are status, reason, waits, sku, customer and older.`;
  return readValue(filter, value);
}

function readValue(filter: OrderFilter, value: string): { filter: OrderFilter; value: string } | string {
  switch (filter) {
    case 'status':
    case 'reason':
    case 'waitsFor': {
      const { values } = ORDER_FILTERS[filter];
      const known = value.toLowerCase().replaceAll('-', '_');
      return values.includes(known) ? { filter, value: known } : `${ORDER_FILTERS[filter].name} is one of ${values.join(', ')}.`;
    }
    case 'sku':
      return SKU.test(value) ? { filter, value } : 'A SKU is 1 to 64 of A-Z a-z 0-9 . _ and -.';
    case 'userId':
      return UUID.test(value) ? { filter, value: value.toLowerCase() } : 'A customer is named by their id, a UUID.';
    case 'olderThan': {
      const [, count, unit = 's'] = AGE.exec(value) ?? [];
      return count === undefined ? 'An age is a number with s, m, h or d: older:5m.' : { filter, value: String(Number(count) * (SECONDS[unit] ?? 1)) };
    }
    default:
      return filter satisfies never;
  }
}

/** The filters of a place as words, each of which `readSearch` takes. */
export function searchWords(place: Place): readonly { readonly filter: OrderFilter; readonly word: string }[] {
  const filters = Object.keys(ORDER_FILTERS) as OrderFilter[];
  return filters.flatMap((filter) => {
    const value = place[filter];
    return value === undefined ? [] : [{ filter, word: `${ORDER_FILTERS[filter].name}:${filter === 'olderThan' ? ageWord(Number(value)) : value}` }];
  });
}

/** `300` as `5m`. */
function ageWord(seconds: number): string {
  const [unit, size] = ([['d', 86_400], ['h', 3600], ['m', 60]] as const).find(([, each]) => seconds >= each && seconds % each === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}
