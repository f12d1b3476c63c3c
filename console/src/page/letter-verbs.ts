import { signal } from '@preact/signals';
import type { DeadLetterStatus, RedriveTrial } from '@souk/contracts/http/ops';
import type { Page } from '@souk/contracts/paging';
import type { Problem } from '@souk/contracts/problem';
import type { ServiceName } from '@souk/contracts/services';
import { type Answer, askService } from './api.ts';
import { readAll } from './counts.ts';
import { session } from './live.ts';

export function kindText(kind: DeadLetterStatus['kind']): string {
  return kind === 'unsent' ? 'the log refused it' : 'could not be handled';
}

/** The outcome of one redrive or discard that was asked for on this page. `failed`: the letter is as dead as before. */
export interface Receipt {
  readonly service: ServiceName;
  readonly id: string;
  readonly key: string;
  readonly topic: string;
  readonly group: string;
  readonly outcome: 'applied' | 'already_applied' | 'sent' | 'failed' | 'discarded';
  /** Why it failed, or was discarded. */
  readonly cause: string | null;
  readonly at: string;
  /** User id. */
  readonly by: string | null;
}

/** Number of receipts that the page remembers. */
const RECEIPTS_KEPT = 200;

/** Newest first. */
export const receipts = signal<readonly Receipt[]>([]);

function keep(receipt: Receipt): Receipt {
  receipts.value = [receipt, ...receipts.value].slice(0, RECEIPTS_KEPT);
  void readAll();
  return receipt;
}

type Done = { readonly ok: true; readonly receipt: Receipt } | { readonly ok: false; readonly problem: Problem };

/** Redrives one letter. A problem says that nobody knows yet, or that it is somebody else's by now. Never rejects. */
export async function redriveLetter(service: ServiceName, letter: DeadLetterStatus): Promise<Done> {
  const answer = await askService<DeadLetterStatus>(service, `/ops/dead-letters/${letter.id}/redrive`, { method: 'POST' });
  if (answer.ok) return { ok: true, receipt: keep(receiptOf(service, answer.value)) };
  if (answer.problem.status !== 409) return answer;
  // Either it failed again, or somebody has resolved it meanwhile.
  const now = await findLetter(service, letter);
  if (!now.ok) return now;
  if (now.value !== null && now.value.status !== 'dead') return { ok: true, receipt: keep(receiptOf(service, now.value)) };
  const at = new Date().toISOString();
  return { ok: true, receipt: keep({ ...receiptOf(service, letter), outcome: 'failed', cause: answer.problem.detail, at, by: session.peek()?.userId ?? null }) };
}

/** Never rejects. */
export function tryLetter(service: ServiceName, { id }: DeadLetterStatus): Promise<Answer<RedriveTrial>> {
  return askService<RedriveTrial>(service, `/ops/dead-letters/${id}/try`, { method: 'POST' });
}

/** Never rejects. */
export async function discardLetter(service: ServiceName, { id }: DeadLetterStatus, reason: string): Promise<Done> {
  const answer = await askService<DeadLetterStatus>(service, `/ops/dead-letters/${id}/discard`, { method: 'POST', body: { reason } });
  return answer.ok ? { ok: true, receipt: keep(receiptOf(service, answer.value)) } : answer;
}

const OUTCOMES = ['applied', 'already_applied', 'sent'] as const;

/** The outcome that a letter itself has; it must not be dead. */
export function receiptOf(service: ServiceName, { id, key, topic, group, status, resolution, resolvedAt, resolvedBy }: DeadLetterStatus): Receipt {
  const isDiscarded = status === 'discarded';
  const outcome = isDiscarded ? 'discarded' : (OUTCOMES.find((each) => each === resolution) ?? 'applied');
  return { service, id, key, topic, group, outcome, cause: isDiscarded ? resolution : null, at: resolvedAt ?? '', by: resolvedBy };
}

/** Letters of one page, and pages that are looked through for one letter. */
const PAGE_LETTERS = 100;
const PAGES_LOOKED_AT = 10;
/** Longest key that the services can look for. */
const LONGEST_KEY = 255;

type Filter = Readonly<Record<string, string | undefined>>;

/** A letter whatever its status is: there is no route for one alone, so it is looked for under its key. null: it is not there. Never rejects. */
export async function findLetter(service: ServiceName, { id, key }: { readonly id: string; readonly key: string }, ending?: AbortSignal): Promise<Answer<DeadLetterStatus | null>> {
  const found = await findLetters(service, key !== '' && key.length <= LONGEST_KEY ? { key } : {}, (letter) => letter.id === id, 1, ending);
  return found.ok ? { ...found, value: found.value.items[0] ?? null } : found;
}

/** `more`: there may be others. */
export interface FoundLetters {
  readonly items: readonly DeadLetterStatus[];
  readonly more: boolean;
}

/** Newest first, `limit` at most. Never rejects. */
export async function findLetters(
  service: ServiceName,
  filter: Filter,
  isMeant: (letter: DeadLetterStatus) => boolean,
  limit: number,
  ending?: AbortSignal,
): Promise<Answer<FoundLetters>> {
  const items: DeadLetterStatus[] = [];
  let cursor: string | null | undefined;
  for (let pages = 0; pages < PAGES_LOOKED_AT && cursor !== null && items.length < limit; pages++) {
    const query = { ...filter, limit: PAGE_LETTERS, cursor };
    const page: Answer<Page<DeadLetterStatus>> = await askService<Page<DeadLetterStatus>>(service, '/ops/dead-letters', { query, ...(ending && { signal: ending }) });
    if (!page.ok) return page;
    items.push(...page.value.items.filter(isMeant));
    cursor = page.value.nextCursor;
  }
  return { ok: true, value: { items: items.slice(0, limit), more: items.length > limit || (cursor ?? null) !== null }, etag: null };
}
