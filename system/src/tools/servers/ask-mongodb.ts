import { MongoClient } from 'mongodb';

const ANSWER_MS = 3000;

/** Returns the version that the server reports. Throws if it does not serve or is not primary. */
export async function askMongodb(url: string): Promise<string> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: ANSWER_MS, socketTimeoutMS: ANSWER_MS });
  try {
    const admin = client.db('admin');
    const { isWritablePrimary } = await admin.command({ hello: 1 });
    if (isWritablePrimary !== true) throw new Error('it is not primary');
    const { version } = await admin.command({ buildInfo: 1 });
    return `MongoDB ${String(version)}`;
  } finally {
    await client.close();
  }
}
