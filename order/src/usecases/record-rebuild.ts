import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { advanceRebuild, REBUILD_ID, type RebuildStep } from '../domain/catalogue-rebuild.ts';
import type { OrderCollections } from '../storage/order-store.ts';

export interface RebuildRecord {
  readonly run: string;
  readonly step: RebuildStep;
}

/** Writes down how far a rebuild of the catalogue copy is; false when it is not this one's turn any more. */
export const recordRebuild: UseCase<OrderCollections, RebuildRecord, boolean> = {
  name: 'record rebuild',
  keys: () => ({ catalogueRebuilds: [REBUILD_ID] }),
  decide({ run, step }, world, { now }) {
    const after = advanceRebuild(world.get('catalogueRebuilds', REBUILD_ID), run, step, now);
    return after === undefined ? { answer: false } : { answer: true, puts: { catalogueRebuilds: [after] } };
  },
};
