import type { Microservice } from '@souk/chassis/engine/microservice';
import type { InventoryCollections } from '../storage/inventory-store.ts';

/** What routes may ask of the service. */
export type Commands = Pick<Microservice<InventoryCollections>, 'execute' | 'executeOnce'>;
