/** There is one catalogue, so there is one row. */
export const REBUILD_ID = 'catalogue';

/** State of the rebuild of the catalogue copy, or outcome of the last one. */
export interface CatalogueRebuild {
  readonly id: typeof REBUILD_ID;
  /** Distinguishes one rebuild from the next. */
  readonly run: string;
  /** While `reading`, every product that reaches the copy in use goes into the fresh one as well. */
  readonly status: 'emptying' | 'reading' | 'done' | 'failed';
  /** epoch milliseconds */
  readonly startedAt: number;
  readonly updatedAt: number;
  /** Messages read so far, out of `total`. */
  readonly messages: number;
  readonly total: number;
  /** Messages that cannot be read. */
  readonly skipped: number;
  readonly failure: string | null;
}

export type RebuildStep =
  | { readonly type: 'begin' }
  | { readonly type: 'read'; readonly messages: number; readonly total: number; readonly skipped: number }
  | { readonly type: 'done' }
  | { readonly type: 'fail'; readonly failure: string };

/** The rebuild after a step; undefined: another rebuild has begun since, or this one has ended. */
export function advanceRebuild(
  known: CatalogueRebuild | undefined,
  run: string,
  step: RebuildStep,
  now: number,
): CatalogueRebuild | undefined {
  if (step.type === 'begin') {
    const nothing = { messages: 0, total: 0, skipped: 0, failure: null };
    return { id: REBUILD_ID, run, status: 'emptying', startedAt: now, updatedAt: now, ...nothing };
  }
  if (known === undefined || known.run !== run || known.status === 'done' || known.status === 'failed') return undefined;
  const at = { ...known, updatedAt: now };
  switch (step.type) {
    case 'read':
      return { ...at, status: 'reading', messages: step.messages, total: step.total, skipped: step.skipped };
    case 'done':
      return { ...at, status: 'done' };
    case 'fail':
      return { ...at, status: 'failed', failure: step.failure };
    default:
      return step satisfies never;
  }
}
