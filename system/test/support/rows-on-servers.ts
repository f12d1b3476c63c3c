import { openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { type KeptRows, keptRows } from './kept-rows.ts';

/** Every row of every table of the database. */
export async function rowsInMysql(uri: string, name: string): Promise<KeptRows[]> {
  const connection = await createConnection({ uri });
  try {
    const kept: KeptRows[] = [];
    const [tables] = await connection.query<RowDataPacket[]>('select table_name as name from information_schema.tables where table_schema = database()');
    for (const { name: table } of tables) {
      const [rows] = await connection.query<RowDataPacket[]>(`select * from \`${table}\``);
      kept.push(keptRows(`${name}.${table}`, rows));
    }
    return kept;
  } finally {
    connection.destroy();
  }
}

/** Every document of every collection of the database. */
export async function documentsInMongo(url: string, name: string): Promise<KeptRows[]> {
  const { db, close } = openMongo({ url, poolSize: 1 });
  try {
    const kept: KeptRows[] = [];
    for (const { name: collection } of await db.listCollections().toArray()) {
      kept.push(keptRows(`${name}.${collection}`, await db.collection(collection).find().toArray()));
    }
    return kept;
  } finally {
    await close();
  }
}
