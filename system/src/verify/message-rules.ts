import type { Rule } from './rule.ts';
import type { EventFact } from './snapshot.ts';

/** Versions of one stream, in any order: what is missing or doubled. */
function gaps(events: readonly EventFact[]): string[] {
  const faults: string[] = [];
  for (const [stream, own] of Map.groupBy(events, (event) => event.stream)) {
    const versions = own.map(({ version }) => version).toSorted((a, b) => a - b);
    if (versions.some((version, i) => version !== i + 1)) faults.push(`${stream}: versions ${versions.join(', ')}`);
  }
  return faults;
}

export const MESSAGE_RULES: readonly Rule[] = [
  {
    promise: 'every event version of everything is 1..n without gap',
    *violations({ services }) {
      for (const { service, events } of services) for (const fault of gaps(events)) yield `${service} ${fault}`;
    },
  },
  {
    promise: 'an order is as old as its history',
    *violations({ orders, services }) {
      const history = services.find(({ service }) => service === 'order')?.events ?? [];
      const counts = Map.groupBy(history, ({ stream }) => stream);
      for (const { id, version } of orders) {
        const events = counts.get(id)?.length ?? 0;
        if (events !== version) yield `order ${id} has version ${version} and ${events} entries in its history`;
      }
    },
  },
  {
    promise: 'every event that was committed is in the log',
    *violations({ services, logged }) {
      for (const { service, events, unsent } of services) {
        if (unsent > 0) yield `${service}: ${unsent} events are not marked as sent`;
        for (const { id, type, published } of events) if (published && !logged.has(id)) yield `${service}: ${type} ${id} is not in the log`;
      }
    },
  },
  {
    promise: 'nothing waits and nothing was given up',
    *violations({ services, unhandled }) {
      if (unhandled > 0) yield `${unhandled} messages are not handled`;
      for (const { service, parked, deadLetters } of services) {
        if (parked > 0) yield `${service}: ${parked} messages are parked`;
        for (const cause of deadLetters) yield `${service}: dead letter: ${cause}`;
      }
    },
  },
];
