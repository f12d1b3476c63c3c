import { describeOn } from '../../../src/testing/real-servers.ts';
import { describeCommittedTail } from '../committed-tail-contract.ts';
import { describeEndedAccess } from '../messaging/ended-access-contract.ts';
import { describeKeptAnswers } from './answer-contract.ts';
import { describeMessageStore } from './message-store-contract.ts';
import { openMysqlToyStore } from './toy-store.ts';
import { describeWriterStore } from './writer-contract.ts';

describeOn(['MySQL'], () => {
  describeWriterStore('MySQL', openMysqlToyStore);
  describeKeptAnswers('MySQL', openMysqlToyStore);
  describeMessageStore('MySQL', openMysqlToyStore);
  describeEndedAccess('MySQL', openMysqlToyStore);
  describeCommittedTail('MySQL', openMysqlToyStore);
});
