import type { Microservice } from '@souk/chassis/engine/microservice';
import type { ProductCollections } from '../storage/product-store.ts';

/** The calls to the service that routes may make. */
export type Commands = Pick<Microservice<ProductCollections>, 'execute' | 'executeOnce'>;
