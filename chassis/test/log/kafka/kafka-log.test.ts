import { setDefaultTimeout } from 'bun:test';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { describeEventLog } from '../event-log-contract.ts';
import { openKafkaContract } from './kafka-fixture.ts';

setDefaultTimeout(40_000);
/** A crash costs the group a session of 6 s. */
const RANDOM_STORIES = 4;

describeOn(['Kafka'], () => describeEventLog('Kafka event log', openKafkaContract, RANDOM_STORIES));
