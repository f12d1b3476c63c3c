import type { Engine } from '@souk/chassis/engine/engine';
import type { ProductCollections } from '../storage/product-store.ts';

/** The calls to the service that routes may make. */
export type Commands = Pick<Engine<ProductCollections>, 'execute' | 'executeOnce'>;
