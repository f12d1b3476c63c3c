import { setDefaultTimeout } from 'bun:test';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { describeCommittedTail } from '../../engine/committed-tail-contract.ts';
import { describeEndedAccess } from '../../engine/messaging/ended-access-contract.ts';
import { describeKeptAnswers } from '../../engine/writer/answer-contract.ts';
import { describeMessageStore } from '../../engine/writer/message-store-contract.ts';
import { describeWriterStore } from '../../engine/writer/writer-contract.ts';
import { openMongoToyStore } from './toy-store.ts';

/** Making a database and dropping it takes seconds on a busy machine. */
setDefaultTimeout(30_000);

describeOn(['MongoDB'], () => {
  describeWriterStore('MongoDB', openMongoToyStore);
  describeKeptAnswers('MongoDB', openMongoToyStore);
  describeMessageStore('MongoDB', openMongoToyStore);
  describeEndedAccess('MongoDB', openMongoToyStore);
  describeCommittedTail('MongoDB', openMongoToyStore);
});
