import { openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import type { Collection } from 'mongodb';

/** Answers what is to be seen while a collection of a stopped service is forged; afterwards it is as it was. */
export async function withForged<T>(
  url: string,
  collection: string,
  forge: (documents: Collection) => Promise<unknown>,
  look: () => Promise<T>,
): Promise<T> {
  const { db, close } = openMongo({ url });
  const documents = db.collection(collection);
  const sound = await documents.find().toArray();
  try {
    await forge(documents);
    return await look();
  } finally {
    await documents.deleteMany({});
    if (sound.length > 0) await documents.insertMany(sound);
    await close();
  }
}
