import { isPublished } from '@souk/chassis/stores/sql/chassis-collections';
import type { ServiceName } from '@souk/contracts/services';
import { allOf, each } from './batches.ts';
import type { FactStore } from './fact-store.ts';
import type { EventFact } from './facts.ts';
import type { Rows } from './shop-records.ts';

/** Reads the messages of a service that keeps them in an SQL database. */
export async function messageFacts(service: ServiceName, rows: Rows, facts: FactStore): Promise<void> {
  const [lanes] = await allOf(rows<{ unsent: number }>('select coalesce(sum(last_seq - published_seq), 0) as unsent from lanes'));
  const events = rows<Omit<EventFact, 'service' | 'published'> & { published: number }>(
    'select id, type, published, stream, version from events',
  );
  await facts.addAll('events', each(events, (event) => ({ ...event, service, published: isPublished(event) })));
  const [parked] = await allOf(rows<{ messages: number }>('select count(*) as messages from parked_messages'));
  await facts.addAll('backlogs', [[{ service, unsent: Number(lanes?.unsent), parked: parked?.messages ?? 0 }]]);
  const dead = rows<{ cause: string }>("select cause from dead_letters where status = 'dead'");
  await facts.addAll('deadLetters', each(dead, ({ cause }) => ({ service, cause })));
  await facts.addAll('setAside', rows<{ id: string }>("select id from dead_letters where kind = 'unsent' and status <> 'redriven'"));
}
