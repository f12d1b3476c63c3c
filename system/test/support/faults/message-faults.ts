import type { EventFact } from '../../../src/verify/snapshot.ts';
import { aService, back, healthy, paid, short } from '../healthy-snapshot.ts';
import { type Fault, HISTORY, LEFT, SENT, VERSIONS } from './fault.ts';

/** The history as it would be had the last event of the paid order this version. */
function withLast(version: number): readonly EventFact[] {
  const events = healthy.services.flatMap((service) => service.events);
  return events.map((event) => (event.id === 'o-paid/3' ? { ...event, version } : event));
}

export const MESSAGE_FAULTS: readonly Fault[] = [
  {
    what: 'a gap in the versions of an order',
    breaks: [VERSIONS],
    facts: { services: [aService({ events: withLast(4) })] },
  },
  {
    what: 'a version that was given twice',
    breaks: [VERSIONS],
    facts: { services: [aService({ events: withLast(2) })] },
  },
  {
    what: 'an order with a change that its history lacks',
    breaks: [HISTORY],
    facts: { orders: [{ ...paid, version: 4 }, back, short] },
  },
  {
    what: 'a committed event that never went out',
    breaks: [SENT],
    facts: { logged: new Set([...healthy.logged].filter((id) => id !== 'o-back/4')) },
  },
  { what: 'events that are not marked as sent', breaks: [SENT], facts: { services: [aService({ unsent: 1 })] } },
  { what: 'a message that nobody has handled', breaks: [LEFT], facts: { unhandled: 1 } },
  { what: 'a parked message', breaks: [LEFT], facts: { services: [aService({ parked: 1 })] } },
  {
    what: 'a dead letter',
    breaks: [LEFT],
    facts: { services: [aService({ deadLetters: ['the value is not JSON'] })] },
  },
];
