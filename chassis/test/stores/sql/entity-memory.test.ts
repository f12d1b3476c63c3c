import { describeOn } from '../../../src/testing/real-servers.ts';
import { describeEntityMemory } from './entity-memory-contract.ts';
import { sharedOnMysql, sharedOnSqlite } from './shared-toy.ts';

describeEntityMemory('SQLite', sharedOnSqlite);

describeOn(['MySQL'], () => {
  describeEntityMemory('MySQL', sharedOnMysql);
});
