import { openSqliteToyStore } from './toy-store.ts';
import { describeWriterStore } from './writer-contract.ts';

describeWriterStore('SQLite', openSqliteToyStore);
