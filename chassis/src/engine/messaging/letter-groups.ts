import type { DeadLetterGroups } from '@souk/contracts/http/ops';
import type { LetterFailure } from '../service-store.ts';

type Group = DeadLetterGroups['items'][number];

/** UTF-16 units of a common cause: enough to tell causes apart, and little for a thousand of them. */
const COMMON_LIMIT = 500;

/** Number of the newest letters that are grouped. */
const GROUPED_LETTERS = 1000;

/** Letters that are read to be grouped: one more than are grouped tells whether there are more. */
export const LETTERS_TO_GROUP = GROUPED_LETTERS + 1;

/** Groups letters, the newest of which comes first, by how they failed; the largest group first, of two as large the one that failed last. */
export function groupLetters(newest: readonly LetterFailure[]): DeadLetterGroups {
  const groups = Map.groupBy(newest.slice(0, GROUPED_LETTERS), ({ kind, topic, cause }) => letterGroup(kind, topic, cause));
  const items = [...groups].map(([group, letters]) => groupOf(group, letters));
  return { items: items.toSorted(byCountThenTime), more: newest.length > GROUPED_LETTERS };
}

function groupOf(group: string, letters: readonly LetterFailure[]): Group {
  const [first] = letters;
  if (first === undefined) throw new Error(`group ${group} has no letters`);
  const times = letters.map(({ lastFailedAt }) => lastFailedAt);
  return {
    group,
    kind: first.kind,
    topic: first.topic,
    cause: commonCause(first.cause),
    count: letters.length,
    oldestAt: new Date(Math.min(...times)).toISOString(),
    newestAt: new Date(Math.max(...times)).toISOString(),
  };
}

function byCountThenTime(a: Group, b: Group): number {
  return b.count - a.count || Date.parse(b.newestAt) - Date.parse(a.newestAt);
}

/** Names the dead letters that failed alike: of one kind and topic, with causes that differ in ids and numbers only. */
export function letterGroup(kind: LetterFailure['kind'], topic: string, cause: string): string {
  return Bun.hash.xxHash64(JSON.stringify([kind, topic, commonCause(cause)])).toString(36);
}

const ID_OR_NUMBER = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d+(?:\.\d+)?/gi;

/** A cause with ids and numbers replaced by `…`, its first 500 UTF-16 units, ended with a whole character. */
export function commonCause(cause: string): string {
  return cause.replaceAll(ID_OR_NUMBER, '…').slice(0, COMMON_LIMIT).replace(/[\uD800-\uDBFF]$/, '');
}
