import type { OrderItem, Shortage } from '@souk/contracts/saga';
import { freeIn, type StockLevels } from './move-stock.ts';
import type { Network, Warehouse } from './warehouse.ts';

/**
 * Reason for this warehouse: it serves the whole order; it serves the whole line (and no other could serve more of the
 * order); no single warehouse has enough for the line, and this is its part.
 */
export type AllocationReason = 'whole_order' | 'whole_line' | 'part_of_line';

export interface ReasonedAllocation {
  readonly sku: string;
  readonly warehouseId: string;
  readonly quantity: number;
  readonly reason: AllocationReason;
}

export type AllocationResult =
  | { readonly kind: 'allocated'; readonly allocations: readonly ReasonedAllocation[] }
  | { readonly kind: 'short'; readonly shortages: readonly Shortage[] };

/** An active warehouse that has free pieces of a line's SKU. */
interface Source {
  readonly warehouseId: string;
  readonly rank: number;
  readonly free: number;
}

interface Line {
  readonly sku: string;
  readonly quantity: number;
  /** ordered by rank */
  readonly sources: readonly Source[];
}

/**
 * Allocates the pieces of an order: all lines or none, never more than is free.
 *
 * Fewest parcels first, then priority. The warehouse that can serve the most open lines in full gets them (on a tie, the
 * one with the better priority), and so on with the rest: a single warehouse that can serve the whole order is always
 * found. A line that no warehouse can serve in full is split: warehouses that send a parcel anyway come first, then as few
 * others as possible. (The true minimum over many lines is a set cover; this is its greedy form.)
 */
export function allocate(
  items: readonly OrderItem[],
  network: Network,
  levelsOf: (sku: string) => StockLevels | undefined,
): AllocationResult {
  const lines = merged(items).map((item): Line => ({ ...item, sources: sourcesOf(levelsOf(item.sku), network) }));
  const shortages = lines.flatMap(shortageOf);
  return shortages.length > 0 ? { kind: 'short', shortages } : { kind: 'allocated', allocations: chosen(lines) };
}

/** One line per SKU, whatever the caller sent: two lines of one SKU must not be served from the same pieces. */
function merged(items: readonly OrderItem[]): readonly OrderItem[] {
  const quantities = new Map<string, number>();
  for (const { sku, quantity } of items) quantities.set(sku, (quantities.get(sku) ?? 0) + quantity);
  return quantities.size === items.length ? items : [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}

function sourcesOf(levels: StockLevels | undefined, { ranks }: Network): readonly Source[] {
  const sources: Source[] = [];
  for (const level of levels?.warehouses ?? []) {
    const rank = ranks.get(level.warehouseId);
    const free = freeIn(level);
    if (rank !== undefined && free > 0) sources.push({ warehouseId: level.warehouseId, rank, free });
  }
  return sources.toSorted((a, b) => a.rank - b.rank);
}

function shortageOf({ sku, quantity, sources }: Line): readonly Shortage[] {
  const available = sources.reduce((sum, { free }) => sum + free, 0);
  return available < quantity ? [{ sku, requested: quantity, available }] : [];
}

function chosen(lines: readonly Line[]): readonly ReasonedAllocation[] {
  const allocations: ReasonedAllocation[] = [];
  const used = new Set<string>();
  let open = lines;
  for (let best = servesMost(open); best !== undefined; best = servesMost(open)) {
    const warehouseId = best;
    const served = open.filter((line) => canServe(line, warehouseId));
    const reason = served.length === lines.length ? 'whole_order' : 'whole_line';
    for (const { sku, quantity } of served) allocations.push({ sku, warehouseId, quantity, reason });
    used.add(warehouseId);
    open = open.filter((line) => !served.includes(line));
  }
  for (const line of open) allocations.push(...split(line, used));
  return allocations;
}

function canServe({ sources, quantity }: Line, warehouseId: string): boolean {
  return sources.some((source) => source.warehouseId === warehouseId && source.free >= quantity);
}

/** undefined: no warehouse can serve any of these lines in full. */
function servesMost(lines: readonly Line[]): string | undefined {
  const counts = new Map<string, { source: Source; lines: number }>();
  for (const { sources, quantity } of lines) {
    for (const source of sources) {
      if (source.free < quantity) continue;
      counts.set(source.warehouseId, { source, lines: (counts.get(source.warehouseId)?.lines ?? 0) + 1 });
    }
  }
  const [best] = [...counts.values()].toSorted((a, b) => b.lines - a.lines || a.source.rank - b.source.rank);
  return best?.source.warehouseId;
}

/** Adds the warehouses it takes from to `used`. */
function split({ sku, quantity, sources }: Line, used: Set<string>): readonly ReasonedAllocation[] {
  const parts: ReasonedAllocation[] = [];
  let rest = quantity;
  let open = [...sources];
  while (rest > 0) {
    const from = nextPart(open, rest, used);
    if (from === undefined) throw new Error(`${rest} of ${sku} are missing although there was enough`);
    const taken = Math.min(rest, from.free);
    parts.push({ sku, warehouseId: from.warehouseId, quantity: taken, reason: 'part_of_line' });
    used.add(from.warehouseId);
    rest -= taken;
    open = open.filter((source) => source !== from);
  }
  return parts;
}

/** A warehouse that sends a parcel anyway; else one that has all that is still missing; else the one that has most. */
function nextPart(sources: readonly Source[], rest: number, used: ReadonlySet<string>): Source | undefined {
  const anyway = sources.filter(({ warehouseId }) => used.has(warehouseId));
  if (anyway.length > 0) return anyway.find(({ free }) => free >= rest) ?? largest(anyway);
  return sources.find(({ free }) => free >= rest) ?? largest(sources);
}

function largest(sources: readonly Source[]): Source | undefined {
  return sources.toSorted((a, b) => b.free - a.free || a.rank - b.rank)[0];
}

const BECAUSE: Readonly<Record<AllocationReason, string>> = {
  whole_order: 'it has the whole order, which is then one parcel, and the best priority of the warehouses that have it',
  whole_line: 'no warehouse has the whole order, and this one has the best priority of those that have most of its lines in full',
  part_of_line: 'no warehouse has all of it, so it comes from as few as possible',
};

/** Explains to people why each warehouse was chosen, or what is missing: one sentence per warehouse or shortage. */
export function explainAllocation(result: AllocationResult, { warehouses }: Network): string {
  if (result.kind === 'short') {
    const missing = result.shortages.map(({ sku, requested, available }) => {
      return `${requested} × ${sku} are asked for, and active warehouses have ${available} that no order holds.`;
    });
    return [...missing, 'An order gets all its lines or none.'].join(' ');
  }
  return [...Map.groupBy(result.allocations, ({ warehouseId }) => warehouseId)]
    .map(([id, served]) => sentence(warehouses.find((one) => one.id === id), served))
    .join(' ');
}

function sentence(warehouse: Warehouse | undefined, served: readonly ReasonedAllocation[]): string {
  const parts = [...Map.groupBy(served, ({ reason }) => reason)].map(([reason, lines]) => {
    return `${lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ')}, because ${BECAUSE[reason]}`;
  });
  return `${warehouse?.name} (priority ${warehouse?.priority}) sends ${parts.join('; and ')}.`;
}
