import { describeCommittedTail } from '../committed-tail-contract.ts';
import { describeEndedAccess } from '../messaging/ended-access-contract.ts';
import { describeKeptAnswers } from './answer-contract.ts';
import { describeMessageStore } from './message-store-contract.ts';
import { openSqliteToyStore } from './toy-store.ts';
import { describeWriterStore } from './writer-contract.ts';

describeWriterStore('SQLite', openSqliteToyStore);
describeKeptAnswers('SQLite', openSqliteToyStore);
describeMessageStore('SQLite', openSqliteToyStore);
describeEndedAccess('SQLite', openSqliteToyStore);
describeCommittedTail('SQLite', openSqliteToyStore);
