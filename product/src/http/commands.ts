import type { Microservice } from '@souk/chassis/engine/microservice';
import type { ProductCollections } from '../storage/product-store.ts';

/** What routes may ask of the service. */
export type Commands = Pick<Microservice<ProductCollections>, 'execute' | 'executeOnce'>;
