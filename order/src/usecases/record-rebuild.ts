import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { advanceRebuild, REBUILD_ID, type RebuildStep } from '../domain/catalogue-rebuild.ts';
import type { OrderCollections } from '../storage/order-store.ts';

export interface RebuildRecord {
  readonly run: string;
  readonly step: RebuildStep;
}

/** Records the progress of a catalogue rebuild; false when it is no longer the current one. */
export const recordRebuild: UseCase<OrderCollections, RebuildRecord, boolean> = {
  name: 'record rebuild',
  keys: () => ({ catalogueRebuilds: [REBUILD_ID] }),
  decide({ run, step }, world, { now }) {
    const after = advanceRebuild(world.get('catalogueRebuilds', REBUILD_ID), run, step, now);
    return after === undefined ? { answer: false } : { answer: true, puts: { catalogueRebuilds: [after] } };
  },
};
