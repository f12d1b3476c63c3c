import { describeOn } from '../../src/testing/real-servers.ts';
import { openMysqlToyStore, openSqliteToyStore } from '../engine/writer/toy-store.ts';
import { openMongoToyStore } from '../stores/mongodb/toy-store.ts';
import { describeOperatorsRoutes } from './operators-routes-contract.ts';

describeOperatorsRoutes('SQLite', openSqliteToyStore);
describeOn(['MySQL'], () => describeOperatorsRoutes('MySQL', openMysqlToyStore));
describeOn(['MongoDB'], () => describeOperatorsRoutes('MongoDB', openMongoToyStore));
