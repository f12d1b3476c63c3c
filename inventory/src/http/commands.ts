import type { Engine } from '@souk/chassis/engine/engine';
import type { InventoryCollections } from '../storage/inventory-store.ts';

/** The commands of the service that routes may use. */
export type Commands = Pick<Engine<InventoryCollections>, 'execute' | 'executeOnce'>;
