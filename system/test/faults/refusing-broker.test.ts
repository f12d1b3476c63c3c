import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, type Admin, Kafka, logLevel, ResourcePatternTypes } from 'kafkajs';
import { declareTopics } from '@souk/chassis/log/kafka/declare-topics';
import { openKafkaLog } from '@souk/chassis/log/kafka/kafka-log';
import type { KafkaTopicsOptions } from '@souk/chassis/log/kafka/kafka-log-options';
import type { EventLog } from '@souk/chassis/log/event-log';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import { nativeKafka } from '../../src/tools/servers/native/native-servers.ts';
import { startNativeServer } from '../../src/tools/servers/native/native-server.ts';
import type { Server } from '../../src/tools/servers/server.ts';

const LIMIT_MS = 60_000;

setDefaultTimeout(120_000);

const SETTINGS = {
  'group.min.session.timeout.ms': '10000',
  'group.max.size': '1',
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'true',
};
const ALLOWED_MS = 12_000;

describeOn(['Kafka'], () => {
  describe('a broker that is there and refuses us', () => {
    let server: Server;
    let admin: Admin;
    let topics: KafkaTopicsOptions;
    let reports: string[];
    let logs: EventLog[];

    beforeAll(async () => {
      server = await startNativeServer(nativeKafka(SETTINGS), (line) => void process.stderr.write(`${line}\n`));
      admin = new Kafka({ brokers: [server.address], logLevel: logLevel.NOTHING }).admin();
      await admin.connect();
    }, 300_000);
    afterAll(async () => {
      await admin?.disconnect();
      await server?.stop();
    });
    beforeEach(async () => {
      topics = { brokers: [server.address], clientId: 'test', topics: [{ name: 'orders', partitions: 1 }], topicPrefix: `${crypto.randomUUID()}.` };
      [reports, logs] = [[], []];
      await declareTopics(topics);
    });
    afterEach(async () => {
      await Promise.all(logs.map((log) => log.close()));
    });

    async function open(more: Partial<KafkaTopicsOptions> = {}): Promise<EventLog> {
      const report = (error: unknown, message: string): void => void reports.push(`${message}: ${String(error)}`);
      const log = await openKafkaLog({ ...topics, ...more, report });
      logs.push(log);
      return log;
    }

    async function subscribed(log: EventLog): Promise<string[]> {
      const got: string[] = [];
      await log.subscribe({ group: 'readers', topics: ['orders'], handle: async (messages) => void got.push(...messages.map(({ value }) => value)) });
      return got;
    }

    async function deny(resourceType: AclResourceTypes, name: string, operation: AclOperationTypes): Promise<void> {
      const resource = { resourceType, resourceName: `${topics.topicPrefix}${name}`, resourcePatternType: ResourcePatternTypes.LITERAL };
      await admin.createAcls({ acl: [{ ...resource, principal: 'User:ANONYMOUS', host: '*', operation, permissionType: AclPermissionTypes.DENY }] });
    }

    const readiness = (log: EventLog) => log.check().then(() => 'green', String);
    const send = (log: EventLog) => log.send([{ topic: 'orders', key: 'a', value: 'sent', headers: {} }]);

    /** One line of the log and the readiness check both say it. */
    async function expectToldOf(log: EventLog, cure: string): Promise<void> {
      await until(`readiness says: ${cure}`, async () => (await readiness(log)).includes(cure), LIMIT_MS);
      await until(`a line says: ${cure}`, () => reports.some((line) => line.includes(cure)), LIMIT_MS);
      expect(reports.filter((line) => line.includes('not a member'))).toHaveLength(1);
    }

    test('names the setting for a session that is too short for it, and with that setting all is well', async () => {
      const short = await open();
      await subscribed(short);
      await expectToldOf(short, 'set KAFKA_SESSION_TIMEOUT_MS to what lies between its group.min.session.timeout.ms');
      await short.close();

      const log = await open({ sessionMs: ALLOWED_MS });
      const got = await subscribed(log);
      await send(log);
      await until('it is handled', () => got.includes('sent'), LIMIT_MS);
      const seen: string[] = [];
      await log.replay(['orders'], async (messages) => void seen.push(...messages.map(({ value }) => value)), new AbortController().signal);
      expect(seen).toEqual(['sent']);
      expect(await readiness(log)).toBe('green');
    });

    test('names the setting that leaves no place for a member more', async () => {
      const [first, second] = [await open({ sessionMs: ALLOWED_MS }), await open({ sessionMs: ALLOWED_MS })];
      const got = await subscribed(first);
      await send(first);
      await until('the first is a member', () => got.length > 0, LIMIT_MS);
      await subscribed(second);
      await expectToldOf(second, 'its group.max.size leaves no place');
    });

    test('names the right to its group that a user lacks', async () => {
      await deny(AclResourceTypes.GROUP, 'readers', AclOperationTypes.READ);
      const log = await open({ sessionMs: ALLOWED_MS });
      await subscribed(log);
      await expectToldOf(log, 'READ and DESCRIBE on this group');
    });

    test('names the rights to topics that a user lacks, and takes none for missing', async () => {
      const log = await open({ sessionMs: ALLOWED_MS });
      await deny(AclResourceTypes.TOPIC, 'orders', AclOperationTypes.WRITE);
      const cure = 'READ, WRITE and DESCRIBE on all topics';
      expect(await until('it is denied', () => send(log).then(() => '', String), LIMIT_MS)).toContain(cure);
      expect(await readiness(log)).toContain('The last send failed');
      await deny(AclResourceTypes.TOPIC, 'orders', AclOperationTypes.DESCRIBE);
      expect(await until('it is denied', () => declareTopics(topics).then(() => '', String), LIMIT_MS)).toContain(cure);
      expect(await readiness(await open())).toContain(cure);
    });

    test('names the settings of security and copies that it does not bear', async () => {
      const sasl = { mechanism: 'plain', username: 'somebody', password: 'a secret' } as const;
      expect(await readiness(await open({ security: { tls: false, sasl } }))).toContain('leave KAFKA_SASL out');
      const more = { ...topics, topicPrefix: `${crypto.randomUUID()}.`, replicationFactor: 3 };
      expect(await declareTopics(more).then(() => '', String)).toContain('fewer brokers than KAFKA_REPLICATION');
    });
  });
});
