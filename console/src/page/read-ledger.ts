import type { Movement, StockLevel } from '@souk/contracts/http/inventory';
import type { Page } from '@souk/contracts/paging';
import { type Answer, askService } from './api.ts';

/** Pages of the ledger that one reading takes at most, and lines of a page. */
export const PAGES_AT_ONCE = 20;
const PAGE_LINES = 100;
/** Readings until the stock has stood still for one. */
const TRIES = 4;

/** The ledger of a SKU as far as it was read, newest first, and the stock it was read with. */
export interface Ledger {
  readonly level: StockLevel;
  readonly movements: readonly Movement[];
  /** The place of the lines that are not read yet; null: all are read. */
  readonly olderFrom: string | null;
  /** False when the stock moved during each reading: the two may belong to different moments. */
  readonly isOfOneMoment: boolean;
}

/** `ask`: the question to Inventory. */
type Ask = <T>(path: string, query?: Readonly<Record<string, string | number | undefined>>) => Promise<Answer<T>>;

export function askInventory(signal?: AbortSignal): Ask {
  return (path, query = {}) => askService('inventory', path, { query, ...(signal && { signal }) });
}

/** Reads the newest lines; those that `before` has are not read again. Never rejects. */
export async function readLedger(sku: string, ask: Ask, before?: Ledger): Promise<Answer<Ledger>> {
  let answer = await readOnce(sku, ask, before);
  for (let tries = 1; tries < TRIES && answer.ok && !answer.value.isOfOneMoment; tries++) answer = await readOnce(sku, ask, answer.value);
  return answer;
}

async function readOnce(sku: string, ask: Ask, before: Ledger | undefined): Promise<Answer<Ledger>> {
  const levelPath = `/stock/${encodeURIComponent(sku)}`;
  const first = await ask<StockLevel>(levelPath);
  if (!first.ok) return first;
  const read = await readLines(sku, ask, before);
  if (!read.ok) return read;
  const last = await ask<StockLevel>(levelPath);
  if (!last.ok) return last;
  const isOfOneMoment = JSON.stringify(first.value.warehouses) === JSON.stringify(last.value.warehouses);
  return { ...last, value: { level: last.value, ...read.value, isOfOneMoment } };
}

type Lines = Pick<Ledger, 'movements' | 'olderFrom'>;

/** From the newest line down to one that is known, or to the end. */
async function readLines(sku: string, ask: Ask, before: Ledger | undefined, from?: string): Promise<Answer<Lines>> {
  const known = new Set(before?.movements.map(({ id }) => id));
  const read: Movement[] = [];
  let cursor: string | null | undefined = from;
  for (let pages = 0; pages < PAGES_AT_ONCE && cursor !== null; pages++) {
    const page: Answer<Page<Movement>> = await ask<Page<Movement>>('/movements', { sku, limit: PAGE_LINES, cursor });
    if (!page.ok) return page;
    read.push(...page.value.items);
    cursor = page.value.nextCursor;
    // All of the page, because lines of one moment are in no exact order.
    if (before !== undefined && page.value.items.some(({ id }) => known.has(id))) return lines(merged(read, before.movements), before.olderFrom);
  }
  return lines(read, cursor ?? null);
}

/** Reads lines that are older than those of `ledger`. Never rejects. */
export async function readOlder(sku: string, ask: Ask, ledger: Ledger): Promise<Answer<Ledger>> {
  if (ledger.olderFrom === null) return { ok: true, value: ledger, etag: null };
  const older = await readLines(sku, ask, undefined, ledger.olderFrom);
  if (!older.ok) return older;
  const { movements, olderFrom } = older.value;
  return readLedger(sku, ask, { ...ledger, movements: merged(ledger.movements, movements), olderFrom });
}

function lines(movements: readonly Movement[], olderFrom: string | null): Answer<Lines> {
  return { ok: true, value: { movements, olderFrom }, etag: null };
}

/** Both, each line once, in the order of the list: by id, newest first. */
function merged(some: readonly Movement[], others: readonly Movement[]): Movement[] {
  const byId = new Map([...others, ...some].map((movement) => [movement.id, movement]));
  return [...byId.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
}
