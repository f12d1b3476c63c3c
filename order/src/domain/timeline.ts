import type { TimelineEntry } from '@souk/contracts/http/order';
import { TOPICS } from '@souk/contracts/topics';
import type { HistoryEntry } from './history.ts';

type Untimed = Omit<TimelineEntry, 'seq'>;

/**
 * An order's history for people: each entry follows its cause, so the events of other services stand where Order received them. Entries are only ever
 * added at the end, so every `seq` stays the same.
 */
export function timelineOf(history: readonly HistoryEntry[]): TimelineEntry[] {
  return history
    .flatMap((entry) => [...causeOf(entry), itself(entry)])
    .map((entry, index) => ({ seq: index + 1, ...entry }));
}

const NOTHING = { from: null, to: null, reason: null, eventId: null, causationId: null };

function causeOf({ cause, at, causationId }: HistoryEntry): Untimed[] {
  switch (cause.name) {
    case 'POST /orders':
      return [];
    case 'user.deleted': {
      if (cause.at === undefined) return [];
      return [{ ...NOTHING, at: utc(cause.at), service: TOPICS[cause.name].madeBy, name: cause.name, kind: 'event', eventId: causationId }];
    }
    case 'deadline':
    case 'ship':
    case 'deliver':
      return [{ ...NOTHING, at: utc(at), service: 'order', kind: 'decision', name: cause.name }];
    case 'cancellation':
      return [
        { ...NOTHING, at: utc(at), service: 'order', kind: 'decision', name: cause.name, reason: cause.note ?? null },
      ];
    default: {
      const said = { at: utc(cause.at), service: TOPICS[cause.name].madeBy, name: cause.name };
      return [{ ...NOTHING, ...said, kind: 'event', eventId: causationId, causationId: cause.by }];
    }
  }
}

function itself({ id, name, published, at, causationId, from, to, reason }: HistoryEntry): Untimed {
  return {
    at: utc(at),
    service: 'order',
    kind: published ? 'event' : 'note',
    name,
    from: from ?? null,
    to: to ?? null,
    reason: reason ?? null,
    eventId: published ? id : null,
    causationId,
  };
}

function utc(at: number): string {
  return new Date(at).toISOString();
}
