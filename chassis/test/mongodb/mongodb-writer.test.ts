import { describeOn } from '../../src/testing/real-servers.ts';
import { describeWriterStore } from '../writer/writer-contract.ts';
import { openMongoToyStore } from './toy-store.ts';

describeOn(['MongoDB'], () => {
  describeWriterStore('MongoDB', openMongoToyStore);
});
