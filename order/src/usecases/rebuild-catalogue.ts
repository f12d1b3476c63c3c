import type { EventLog, ReceivedMessage } from '@souk/chassis/log/event-log';
import { failureText } from '@souk/chassis/engine/messaging/consumer';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { StorageError } from '@souk/chassis/storage-error';
import { fromLogMessage } from '@souk/contracts/log-message';
import { advanceRebuild, PRODUCT_TOPICS, productPayload, type ProductState, REBUILD_ID, type RebuildStep } from '../domain/catalogue.ts';
import type { FreshCatalogue, LockedCatalogue, OrderCollections } from '../storage/order-store.ts';
import type { FreshProduct } from './copy-product.ts';

interface RebuildDeps {
  readonly fresh: FreshCatalogue;
  readonly log: Pick<EventLog, 'replay'>;
  fill(product: FreshProduct): Promise<boolean>;
  record(record: RebuildRecord): Promise<boolean>;
  newId(): string;
  report(error: unknown, message: string): void;
}

export interface CatalogueRebuilding {
  /** Resolves once a rebuild is running: a new one, or one that this or another process has already begun. False: this process is stopping. */
  start(): Promise<boolean>;
  /** Aborts the running rebuild; the copy in use stays as it is. */
  close(): Promise<void>;
}

/** Attempts at the exchange. Each waits a few seconds at most for other users of the tables; long reads of a backup may block it. */
const EXCHANGE_TRIES = 10;

/**
 * Rebuilds the catalogue copy beside the one in use: every product message from first to last goes into fresh tables, then the two are exchanged.
 * Nothing that happens meanwhile is missed: see `copyProduct`.
 */
export function catalogueRebuilding(deps: RebuildDeps): CatalogueRebuilding {
  const leaving = new AbortController();
  let starting: Promise<boolean> | undefined;
  let running: Promise<void> | undefined;

  async function start(): Promise<boolean> {
    const held = await deps.fresh.lock();
    if (held === undefined) return !leaving.signal.aborted;
    const run = deps.newId();
    try {
      await deps.record({ run, step: { type: 'begin' } });
    } catch (error) {
      await held.release();
      throw error;
    }
    running = rebuild(deps, run, held, leaving.signal);
    return !leaving.signal.aborted;
  }

  return {
    start: () => (starting ??= start().finally(() => (starting = undefined))),
    async close() {
      leaving.abort(new Error('its process was stopped'));
      await starting?.catch(() => undefined);
      await running;
    },
  };
}

/** Never rejects: the outcome is recorded. */
async function rebuild(deps: RebuildDeps, run: string, held: LockedCatalogue, signal: AbortSignal): Promise<void> {
  try {
    await deps.fresh.empty(run, signal);
    await readTopics(deps, run, signal);
    await exchange(held, signal);
    await ensure(deps.record({ run, step: { type: 'done' } }));
  } catch (error) {
    deps.report(error, 'the catalogue copy was not rebuilt; the one in use stays');
    await deps.record({ run, step: { type: 'fail', failure: failureText(error) } }).catch((cause: unknown) => {
      deps.report(cause, 'the outcome of the rebuild could not be recorded');
    });
  } finally {
    await held.release();
  }
}

async function readTopics({ log, fill, record }: RebuildDeps, run: string, signal: AbortSignal): Promise<void> {
  let messages = 0;
  let skipped = 0;
  const progress = (total: number) => ensure(record({ run, step: { type: 'read', messages, total, skipped } }));
  // From here on the fresh copy gets every update of the one in use. The ends of the topics are determined only after that.
  await progress(0);
  await log.replay(
    PRODUCT_TOPICS,
    async (batch, total) => {
      signal.throwIfAborted();
      const { products, unreadable } = newestOf(batch);
      await Promise.all(products.map((product) => ensure(fill({ run, product }))));
      messages += batch.length;
      skipped += unreadable;
      await progress(total);
    },
    signal,
  );
  if (messages === skipped) throw new Error('the topics contain no product');
}

async function exchange(held: LockedCatalogue, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      await held.exchange();
      return;
    } catch (error) {
      const isInTheWay = error instanceof StorageError && error.code === 'retry';
      if (!isInTheWay || attempt === EXCHANGE_TRIES) throw error;
    }
    await Bun.sleep(500);
  }
}

async function ensure(ours: Promise<boolean>): Promise<void> {
  if (!(await ours)) throw new Error('another rebuild has begun');
}

/** The newest state of each product: writing the versions in between would be wasted. */
function newestOf(batch: readonly ReceivedMessage[]): { readonly products: readonly ProductState[]; readonly unreadable: number } {
  const newest = new Map<string, ProductState>();
  let unreadable = 0;
  for (const message of batch) {
    const read = fromLogMessage(message);
    const told = read.ok ? productPayload(read.event) : undefined;
    if (told === undefined) unreadable += 1;
    else if ((newest.get(told.id)?.version ?? 0) < told.version) newest.set(told.id, told);
  }
  return { products: [...newest.values()], unreadable };
}

interface RebuildRecord {
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
