import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { ServiceStore } from '../../src/service-store.ts';
import { openMysql } from '../../src/sql/mysql-database.ts';
import { sqlServiceStore } from '../../src/sql/sql-service-store.ts';
import { type CostMeter, costMeter, ID, type RecordedDatabase, recordedDatabase } from '../../src/testing/query-costs.ts';
import { describeOn } from '../../src/testing/real-servers.ts';
import { type TemporaryDatabase, temporaryDatabase } from '../../src/testing/temporary-mysql-store.ts';

/** A service without entities of its own. */
type Collections = { readonly [name in never]: object };

const LANES = 20;
const id = (number: number) => `${number.toString(16).toUpperCase().padStart(8, '0')}-0000-7000-8000-000000000000`;

describeOn(['MySQL'], () => {
  describe('with 100,000 events and parked messages on MySQL an index serves every query', () => {
    let where: TemporaryDatabase;
    let recorded: RecordedDatabase<unknown>;
    let store: ServiceStore<Collections>;
    let meter: CostMeter;

    beforeAll(async () => {
      where = await temporaryDatabase();
      recorded = recordedDatabase(openMysql<unknown>({ url: where.url }));
      store = sqlServiceStore<Collections, unknown>(recorded.database, {}, {});
      await store.migrate();
      meter = await costMeter(where.url);
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
      await meter.fill('kept_answers', { id: ID, fingerprint: ID, status: '201', headers: "'{}'", body: "'{}'", at: 'n' }, 20_000);
    }, 180_000);
    afterAll(async () => {
      await meter.close();
      await store.close();
      await where.drop();
    }, 30_000);

    const load = async () => {
      const lane = await store.writing.takeLane('lane-1', 'me', { onlyExpired: false, leaseMs: 5000 });
      if (lane === undefined) throw new Error('no lane');
      const keys = { parkedKeys: [id(1), id(2)], deadLetters: [id(1)], keptAnswers: [id(1), id(19_000)] };
      const nothing = { inserts: {}, updates: {}, removes: {}, events: [] };
      return store.writing.settle(lane, 0, 5000, { keys, moreKeys: () => ({}), decide: () => nothing });
    };

    test.each<[string, number, () => Promise<unknown>]>([
      ['what a batch loads', 10, load],
      ['abandoned lanes', LANES + 5, () => store.writing.abandonedLanes()],
      ['a lane', 5, () => store.writing.readLane('lane-1')],
      ['events to be sent', 110, () => store.writing.readEvents('lane-1', 4000, 100)],
      ['the history of one', 10, () => store.writing.readStream(id(7))],
      ['how lanes are', LANES + 5, () => store.messages.lanes()],
      ['due messages', 310, () => store.messages.dueParked(100)],
      ['a page of parked keys', 100, () => store.messages.parked(id(50_000), 20)],
      ['a page of dead letters', 30, () => store.messages.deadLetters(id(15_000), 20)],
      ['a dead letter', 5, () => store.messages.deadLetter(id(15_000))],
      ['answers to be forgotten', 250, () => store.messages.forgetAnswers(1000, 100)],
    ])('%s', async (_what, rows, run) => {
      const statements = await recorded.statementsOf(run);
      expect(statements.length).toBeGreaterThan(0);
      for (const statement of statements) {
        const cost = await meter.costOf(statement);
        expect(cost.rowsRead, `rows read by ${cost.text}`).toBeLessThanOrEqual(rows);
        // There are few lanes.
        expect(cost.scanned.filter((table) => table !== 'lanes'), cost.text).toEqual([]);
      }
    });
  });
});
