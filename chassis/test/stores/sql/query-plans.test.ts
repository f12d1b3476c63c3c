import type { ServiceStore } from '../../../src/engine/service-store.ts';
import type { SqlDatabase } from '../../../src/stores/sql/sql-database.ts';
import { sqlServiceStore } from '../../../src/stores/sql/sql-service-store.ts';
import { describeQueryPlans, loadBatch } from '../../../src/testing/describe-query-plans.ts';
import { ID, idOf } from '../../../src/testing/query-costs.ts';
import { periodOf } from '../../../src/engine/writer/answer-key.ts';

/** A service without entities of its own. */
type Collections = { readonly [name in never]: object };

const LANES = 20;
const HASH = '0123456789abcdef0123456789abcdef';

function load(store: ServiceStore<Collections>): Promise<void> {
  return loadBatch(store, { parkedKeys: [idOf(1), idOf(2)], deadLetters: [idOf(1)], keptAnswers: [idOf(1), idOf(19_000)], answerKeys: [HASH, HASH.replaceAll('0', 'f')], endedAccess: [idOf(1)] });
}

describeQueryPlans({
  among: '100,000 events and parked messages',
  open: (database: SqlDatabase<unknown>) => sqlServiceStore<Collections, unknown>(database, {}, {}),
  small: ['lanes'],
  async fill(meter) {
    const lane = (number: string) => `concat('lane-', ${number})`;
    const counts = { last_seq: '5000', published_seq: '10 * n', transactions: '1', lease_until: '0' };
    await meter.fill('lanes', { lane: lane('n'), owner: "'me'", epoch: '1', ...counts }, LANES);
    const order = { message_key: ID, stream: ID, version: '1', correlation_id: ID };
    const event = { id: ID, type: "'order.created'", published: '1', at: 'n', data: "'{}'", context: "'{}'", ...order };
    await meter.fill('events', { lane: lane(`n mod ${LANES}`), seq: `n div ${LANES} + 1`, ...event });
    const failed = { topic: "'order.created'", value: "'{}'", headers: "'{}'", cause: "'why'", attempts: '3', first_failed_at: 'n', last_failed_at: 'n' };
    const dueAt = 'unix_timestamp() * 1000 - 1000 + 100 * n';
    await meter.fill('parked_messages', { message_key: ID, position: '1', next_attempt_at: dueAt, ...failed });
    await meter.fill('dead_letters', { id: ID, message_key: ID, status: "'dead'", ...failed }, 20_000);
    await meter.fill('kept_answers', { id: ID, owner: ID, fingerprint: ID, status: '201', headers: "'{}'", body: "'{}'", at: 'n' }, 20_000);
    const period = `${periodOf(Date.now())} - 4 + n mod 6`;
    await meter.fill('answer_keys', { period, hash: 'unhex(left(sha2(n, 256), 32))', fingerprint: `unhex('${HASH}')`, place: `unhex('${HASH}')` });
    await meter.fill('ended_access', { id: ID, generation: '2', at: 'n' }, 20_000);
  },
  queries: [
    ['what a batch loads', 10, load],
    // Four periods, and so many keys as a batch may have.
    ['keys of a full batch', 2010, (store) => loadBatch(store, { answerKeys: Array.from({ length: 500 }, (_, n) => n.toString(16).padStart(32, '0')) })],
    ['abandoned lanes', LANES + 5, (store) => store.writing.abandonedLanes(5000)],
    ['a lane', 5, (store) => store.writing.readLane('lane-1')],
    ['events to be sent', 110, (store) => store.writing.readEvents('lane-1', 4000, 100)],
    ['the history of one', 10, (store) => store.writing.readStream(idOf(7))],
    ['where lanes end', LANES + 5, (store) => store.committed.ends()],
    ['what was committed after that', 110, (store) => store.committed.after('lane-1', 4000, 100)],
    ['a part of a history', 10, (store) => store.committed.history(idOf(7), 0, 100)],
    ['what was sent of a history', 10, (store) => store.committed.published(idOf(7), 100)],
    ['how lanes are', LANES + 5, (store) => store.messages.lanes()],
    ['due messages', 310, (store) => store.messages.dueParked(100)],
    ['a page of parked keys', 100, (store) => store.messages.parked(idOf(50_000), 20)],
    ['a page of dead letters', 30, (store) => store.messages.deadLetters(idOf(15_000), 20)],
    ['a page of dead letters of a status', 30, (store) => store.messages.deadLetters(idOf(15_000), 20, { status: 'dead' })],
    ['dead letters of a key', 30, (store) => store.messages.deadLetters(null, 20, { key: idOf(7) })],
    ['dead letters of a topic that has few', 30, (store) => store.messages.deadLetters(null, 20, { topic: 'rare' })],
    ['dead letters with a cause that few have', 30, (store) => store.messages.deadLetters(null, 20, { cause: 'rare' })],
    ['dead letters of a kind that few are', 30, (store) => store.messages.deadLetters(null, 20, { kind: 'unsent' })],
    ['dead letters by everything', 30, (store) => store.messages.deadLetters(null, 20, { kind: 'unhandled', status: 'dead', topic: 't', key: idOf(7), cause: 'c' })],
    ['how the newest dead letters failed', 2010, (store) => store.messages.letterFailures('dead', 1001)],
    ['what other lanes have not sent', LANES + 5, (store) => store.messages.unsentBesides('lane-1')],
    ['how much has failed', 2010, (store) => store.messages.counts()],
    ['a dead letter', 5, (store) => store.messages.deadLetter(idOf(15_000))],
    ['answers to be forgotten', 250, (store) => store.messages.forgetAnswers(1000, 100)],
    ['keys to be forgotten', 450, (store) => store.messages.forgetAnswerKeys(periodOf(Date.now()) - 3, 200)],
    ["one user's answers", 10, (store) => store.messages.forgetAnswersTo([idOf(15_000)], 100)],
    ['access that ended of late', 30, (store) => store.endedAccess.since(19_980)],
    ['ends of access to be forgotten', 110, (store) => store.endedAccess.olderThan(5000, 100)],
  ],
});
