import type { Microservice } from '@souk/chassis/engine/microservice';
import type { InventoryCollections } from '../storage/inventory-store.ts';

/** The commands of the service that routes may use. */
export type Commands = Pick<Microservice<InventoryCollections>, 'execute' | 'executeOnce'>;
