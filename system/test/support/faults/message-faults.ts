import type { EventFact } from '../../../src/verify/facts.ts';
import { aBacklog, back, healthy, paid, short } from '../healthy-snapshot.ts';
import { type Fault, HISTORY, LEFT, SENT, VERSIONS } from './fault.ts';

/** The history as it would be had the last event of the paid order this version. */
function withLast(version: number): readonly EventFact[] {
  return healthy.events.map((event) => (event.id === 'o-paid/3' ? { ...event, version } : event));
}

export const MESSAGE_FAULTS: readonly Fault[] = [
  {
    what: 'a gap in the versions of an order',
    breaks: [VERSIONS],
    facts: { events: withLast(4) },
  },
  {
    what: 'two events with the same version',
    breaks: [VERSIONS],
    facts: { events: withLast(2) },
  },
  {
    what: 'an order with a change that its history lacks',
    breaks: [HISTORY],
    facts: { orders: [{ ...paid, version: 4 }, back, short] },
  },
  {
    what: 'a committed event that is not in the log',
    breaks: [SENT],
    facts: { logged: healthy.logged.filter(({ id }) => id !== 'o-back/4') },
  },
  { what: 'events that are not marked as sent', breaks: [SENT], facts: { backlogs: [aBacklog({ unsent: 1 })] } },
  { what: 'an unhandled message', breaks: [LEFT], facts: { unhandled: [{ messages: 1 }] } },
  { what: 'a parked message', breaks: [LEFT], facts: { backlogs: [aBacklog({ parked: 1 })] } },
  {
    what: 'a dead letter',
    breaks: [LEFT],
    facts: { deadLetters: [{ service: 'order', cause: 'the value is not JSON' }] },
  },
];
