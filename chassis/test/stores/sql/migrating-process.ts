import { openSqlite } from '../../../src/stores/sql/sqlite-database.ts';
import { migrate } from '../../../src/stores/sql/migrations.ts';

/** Brings the SQLite file of its first argument up to date and says how many steps it did. */
const database = openSqlite({ path: process.argv[2] ?? '' });
const done = await migrate(database, {});
await database.close();
process.stdout.write(String(done.length));
