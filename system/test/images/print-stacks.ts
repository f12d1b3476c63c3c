import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { MongoClient } from 'mongodb';

/** Prints the frames of an error of ours, and of one of a library. */
function framesOf(failing: () => unknown): readonly string[] {
  try {
    failing();
    return [];
  } catch (error) {
    return error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.includes(' at ')) : [];
  }
}

process.stdout.write(JSON.stringify([framesOf(() => mysqlAddress('no address')), framesOf(() => new MongoClient('mongodb://a:b:c@host/'))]));
