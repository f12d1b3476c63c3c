import type { DeadLetterDocument, ParkedKeyDocument } from '@souk/chassis/mongodb/chassis-documents';
import type { EventDocument } from '@souk/chassis/mongodb/event-documents';
import type { LaneDocument } from '@souk/chassis/mongodb/lanes';
import { openMongo } from '@souk/chassis/mongodb/mongo-database';
import type { ServiceName } from '@souk/contracts/services';
import type { ServiceFact } from './snapshot.ts';

/** Of a service whose chassis keeps its messages in MongoDB. */
export async function documentMessagingFacts(service: ServiceName, url: string): Promise<ServiceFact> {
  const { client, db, close } = openMongo({ url, poolSize: 1 });
  try {
    // All collections as of one moment.
    return await client.withSession({ snapshot: true }, async (session) => {
      const lanes = await db.collection<LaneDocument>('lanes').find({}, { session }).toArray();
      const events = await db.collection<EventDocument>('events').find({}, { session }).toArray();
      const parked = await db.collection<ParkedKeyDocument>('parked_keys').find({}, { session }).toArray();
      const dead = await db.collection<DeadLetterDocument>('dead_letters').find({ status: 'dead' }, { session }).toArray();
      return {
        service,
        events: events.map(({ id, type, published, stream, version }) => ({ id, type, published, stream, version })),
        unsent: lanes.reduce((sum, { lastSeq, publishedSeq }) => sum + lastSeq - publishedSeq, 0),
        parked: parked.reduce((sum, { messages }) => sum + messages.length, 0),
        deadLetters: dead.map(({ cause }) => cause),
      };
    });
  } finally {
    await close();
  }
}
