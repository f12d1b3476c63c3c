import { stopping } from '@souk/chassis/web/problems/problem';
import { router } from '@souk/chassis/web/app/router';
import { CatalogueRebuildStatus } from '@souk/contracts/http/order';
import type { OrderReads } from '../storage/order-store.ts';

/** A rebuild records its progress at least this often, or fails. */
const SILENT_LIMIT_MS = 90_000;

interface RebuildRoutesDeps {
  readonly reads: Pick<OrderReads, 'catalogueRebuild'>;
  /** Resolves once a rebuild is running, here or in another process; false: this process is stopping. */
  startRebuild(): Promise<boolean>;
}

/** Routes for operators, for a catalogue copy that is wrong or may be. */
export function rebuildRoutes({ reads, startRebuild }: RebuildRoutesDeps) {
  return router()
    .post(
      '/ops/catalogue/rebuild',
      async ({ set }) => {
        if (!(await startRebuild())) throw stopping();
        set.status = 202;
        return statusOf(await reads.catalogueRebuild());
      },
      {
        role: 'staff',
        refuses: ['unavailable'],
        response: { 202: CatalogueRebuildStatus },
        detail: { summary: 'Make the catalogue copy anew from the topics' },
      },
    )
    .get('/ops/catalogue/rebuild', async () => statusOf(await reads.catalogueRebuild()), {
      role: 'staff',
      response: { 200: CatalogueRebuildStatus },
      detail: { summary: 'How far the last rebuild is' },
    });
}

function statusOf(last: Awaited<ReturnType<OrderReads['catalogueRebuild']>>): CatalogueRebuildStatus {
  if (last === undefined) {
    return { status: 'never', startedAt: null, updatedAt: null, messages: 0, total: 0, skipped: 0, failure: null };
  }
  const { status, startedAt, updatedAt, messages, total, skipped, failure } = last.rebuild;
  const isUnderWay = status === 'emptying' || status === 'reading';
  return {
    status: isUnderWay && last.silentMs > SILENT_LIMIT_MS ? 'interrupted' : status,
    startedAt: new Date(startedAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    messages,
    total,
    skipped,
    failure,
  };
}
