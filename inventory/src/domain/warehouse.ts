import { LAST_PRIORITY } from '@souk/contracts/http/inventory';

export interface Warehouse {
  readonly id: string;
  readonly name: string;
  /** 1 is served first. */
  readonly priority: number;
  /** Nothing is allocated from an inactive warehouse; goods may still arrive there and come back. */
  readonly active: boolean;
  /** Counts its changes, from 1. */
  readonly version: number;
}

export const NETWORK_ID = 'all';

/** With more, every allocation would look at more places than a shop has. */
export const WAREHOUSE_LIMIT = 1000;

/** All warehouses together, from which an allocation chooses. There is one network. */
export interface Network {
  readonly id: typeof NETWORK_ID;
  readonly warehouses: readonly Warehouse[];
  /** Serving order of the active warehouses, from 0, by warehouse id. */
  readonly ranks: ReadonlyMap<string, number>;
}

export function networkOf(warehouses: readonly Warehouse[]): Network {
  const served = warehouses.filter(({ active }) => active).toSorted(byPriority);
  return { id: NETWORK_ID, warehouses, ranks: new Map(served.map(({ id }, rank) => [id, rank])) };
}

export function withWarehouse({ warehouses }: Network, changed: Warehouse): Network {
  return networkOf([...warehouses.filter(({ id }) => id !== changed.id), changed]);
}

/** The priority after all others. If the last priority is taken, the newer warehouse is served later. */
export function lastPriority({ warehouses }: Network): number {
  return Math.min(LAST_PRIORITY, 1 + Math.max(0, ...warehouses.map(({ priority }) => priority)));
}

/** With equal priority the older one comes first, so that the choice never depends on the order in which rows were read. */
function byPriority(a: Warehouse, b: Warehouse): number {
  return a.priority - b.priority || (a.id < b.id ? -1 : 1);
}

export function isKnown(network: Network | undefined, warehouseId: string): boolean {
  return network?.warehouses.some(({ id }) => id === warehouseId) ?? false;
}
