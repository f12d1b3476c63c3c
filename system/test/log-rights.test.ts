import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { declareTopics } from '@souk/chassis/log/kafka/declare-topics';
import { answerOf, kafkaClient } from '@souk/chassis/log/kafka/kafka-client';
import type { KafkaSecurity } from '@souk/chassis/log/kafka/kafka-address';
import { openTopicReader } from '@souk/chassis/log/kafka/read-topics';
import { addressOf, describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import { type LogUser, logRights } from '@souk/contracts/log-rights';
import { SERVICES } from '@souk/contracts/services';
import { type Topic, TOPIC_NAMES, withPartitions } from '@souk/contracts/topics';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, type Admin, ResourcePatternTypes } from 'kafkajs';
import { newAccounts } from '../src/shop/embedded/accounts.ts';
import { type RealShop, realShop } from '../src/shop/real/real-shop.ts';
import { createDatabases, dropDatabases } from '../src/shop/real/shop-databases.ts';
import { shopClient } from '../src/shop/shop-client.ts';
import { ask } from '../src/shop/ask.ts';
import { type GuardedKafka, guardedKafka } from './support/guarded-kafka.ts';
import { orderOf, orderWhen, stockUp } from './support/ordering.ts';
import { PASSWORD } from './support/open-shop.ts';
import { WITHOUT_LIMITS } from '../src/shop/limit-settings.ts';

setDefaultTimeout(120_000);

const SERVERS_LIMIT_MS = 400_000;

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a broker that lets each user do what the table of rights lists', () => {
    const name = `a${randomBytes(4).toString('hex')}`;
    const accounts = newAccounts();
    const folder = temporaryFolder();
    const servers = { mysql: addressOf('MySQL'), mongodb: addressOf('MongoDB'), kafka: [] };
    let kafka: GuardedKafka;
    let shop: RealShop;

    beforeAll(async () => {
      kafka = await guardedKafka();
      const log = { brokers: [kafka.server.address], topicPrefix: '', passwords: kafka.passwords };
      const addresses = { ...(await createDatabases(servers, `${name}_`)), kafka: log, gateway: join(folder.path, 'gateway.db') };
      shop = realShop({ addresses, firstPort: 0, admin: accounts.admin, logLevel: 'error', program: 'source', env: WITHOUT_LIMITS });
      await shop.migrate();
      await shop.start();
    }, SERVERS_LIMIT_MS);
    afterAll(async () => {
      await shop?.stop();
      await kafka?.server.stop();
      await dropDatabases(servers, `${name}_`);
      folder.remove();
    });

    const client = (security?: KafkaSecurity) => kafkaClient({ brokers: [kafka.server.address], clientId: 'test', ...(security && { security }) }, { retries: 0 });
    async function asAdmin<T>(security: KafkaSecurity, work: (admin: Admin) => Promise<T>): Promise<T> {
      const { kafka: own, abandon } = client(security);
      const admin = own.admin();
      try {
        await admin.connect();
        return await work(admin);
      } finally {
        abandon();
      }
    }
    /** `done`, or what the broker answers. */
    const answerTo = (work: Promise<unknown>) => work.then(() => 'done', (error: unknown) => answerOf(error) ?? String(error));

    async function write(security: KafkaSecurity, topic: Topic): Promise<unknown> {
      const { kafka: own, abandon } = client(security);
      const producer = own.producer({ allowAutoTopicCreation: false, retry: { retries: 0 } });
      try {
        await producer.connect();
        return await answerTo(producer.send({ topic, messages: [] }).then(() => producer.send({ topic, messages: [{ value: 'not an event' }] })));
      } finally {
        abandon();
      }
    }

    test('lets the five services bring an order to its end and its money back', async () => {
      const shopper = shopClient(shop.urls());
      const staff = (await shopper.signIn(accounts.admin.email, accounts.admin.password)).accessToken;
      await stockUp(shopper, staff, { LAMP: [5] });
      const email = `${crypto.randomUUID()}@souk.example`;
      await shopper.register(email, PASSWORD, 'Grace Hopper');
      const { accessToken: token } = await shopper.signIn(email, PASSWORD);
      const { id: card } = await shopper.addPaymentMethod(token, 'tok_ok');
      const { id } = await shopper.placeOrder(token, orderOf(card, ['LAMP', 1]), crypto.randomUUID());
      await orderWhen(shopper, token, id, ({ status }) => status === 'completed');
      const cancelled = await ask(`${shop.urls().order}/orders/${id}/cancellation`, { method: 'POST', token });
      expect(cancelled.status).toBe(202);
      const refunded = async () => (await shopper.timeline(token, id)).items.some((entry) => entry.name === 'payment.refunded');
      await until('the money is back', refunded, 30_000);
      for (const service of SERVICES) expect((await fetch(`${shop.urls()[service]}/readyz`)).status).toBe(200);
    });

    test("lets Order rebuild its copy of the catalogue from the log, and join no other service's group", async () => {
      const shopper = shopClient(shop.urls());
      const staff = (await shopper.signIn(accounts.admin.email, accounts.admin.password)).accessToken;
      const url = `${shop.urls().order}/ops/catalogue/rebuild`;
      expect((await ask(url, { method: 'POST', token: staff })).status).toBe(202);
      await until('the rebuild has ended', async () => JSON.parse((await ask(url, { token: staff })).text).status === 'done', 30_000);
      const reader = await openTopicReader({ brokers: [kafka.server.address], clientId: 'test', topics: withPartitions(), security: kafka.as('payment') });
      expect(await answerTo(reader.read(['order.ready_for_payment'], async () => undefined))).not.toBe('done');
      reader.close();
    });

    test('refuses writes to topics of others: Product writes no order, User no product, and the job that makes topics writes nothing', async () => {
      expect(await write(kafka.as('product'), 'order.created')).toBe('TOPIC_AUTHORIZATION_FAILED');
      expect(await write(kafka.as('user'), 'product.price_changed')).toBe('TOPIC_AUTHORIZATION_FAILED');
      expect(await write(kafka.as('topics'), 'user.access_changed')).toBe('TOPIC_AUTHORIZATION_FAILED');
      expect(await write(kafka.as('order'), 'payment.completed')).toBe('TOPIC_AUTHORIZATION_FAILED');
    });

    test('refuses each service every topic that it is not declared to make', async () => {
      for (const user of SERVICES) {
        const writes = new Set(logRights().filter((right) => right.user === user && right.operations.includes('write')).map(({ name: topic }) => topic));
        const others = TOPIC_NAMES.filter((topic) => !writes.has(topic));
        for (const topic of others) expect(`${user} to ${topic}: ${String(await write(kafka.as(user), topic))}`).toEndWith(': TOPIC_AUTHORIZATION_FAILED');
      }
    });

    test("refuses a service topics that it does not need to read, and its neighbour's group", async () => {
      async function joined(user: LogUser, groupId: string, topic: Topic): Promise<unknown> {
        const { kafka: own, abandon } = client(kafka.as(user));
        const consumer = own.consumer({ groupId, retry: { retries: 0, initialRetryTime: 50, maxRetryTime: 50 } });
        const crashed = Promise.withResolvers<unknown>();
        consumer.on(consumer.events.CRASH, ({ payload }) => crashed.resolve(answerOf(payload.error) ?? payload.error));
        consumer.on(consumer.events.FETCH, () => crashed.resolve('fetched'));
        try {
          await consumer.connect();
          await consumer.subscribe({ topics: [topic], fromBeginning: true });
          await consumer.run({ eachBatch: async () => crashed.resolve('read') });
          return await crashed.promise;
        } catch (error) {
          return answerOf(error) ?? error;
        } finally {
          abandon();
        }
      }
      expect(await joined('order', 'reader-of-a-test', 'product.created')).toMatch(/^(fetched|read)$/);
      // kafkajs keeps the broker's own word, GROUP_AUTHORIZATION_FAILED, to itself.
      expect(await joined('payment', 'souk.order', 'order.ready_for_payment')).toBe('no coordinator of the group');
      expect(await joined('payment', 'reader-of-a-test', 'order.ready_for_payment')).toBe('no coordinator of the group');
      expect(await joined('order', 'reader-of-a-test', 'user.registered')).toBe('TOPIC_AUTHORIZATION_FAILED');
    });

    test('lets only the job make topics, and lets nobody change or remove them or grant rights', async () => {
      const order = kafka.as('order');
      expect(await answerTo(asAdmin(order, (admin) => admin.createTopics({ topics: [{ topic: 'order.more' }] })))).not.toBe('done');
      expect(await answerTo(asAdmin(order, (admin) => admin.deleteTopics({ topics: ['order.created'] })))).toBe('TOPIC_AUTHORIZATION_FAILED');
      expect(await answerTo(asAdmin(kafka.as('topics'), (admin) => admin.deleteTopics({ topics: ['order.created'] })))).toBe('TOPIC_AUTHORIZATION_FAILED');
      const all = {
        resourceType: AclResourceTypes.TOPIC,
        resourceName: 'order.created',
        resourcePatternType: ResourcePatternTypes.LITERAL,
        operation: AclOperationTypes.ANY,
        permissionType: AclPermissionTypes.ANY,
      };
      expect(await answerTo(asAdmin(kafka.as('topics'), (admin) => admin.describeAcls(all)))).toBe('CLUSTER_AUTHORIZATION_FAILED');
      expect(await declareTopics({ brokers: [kafka.server.address], clientId: 'test', topics: withPartitions(), security: kafka.as('topics') })).toEqual({ made: [], adapted: [] });
    });

    test('refuses an anonymous client, and a wrong password', async () => {
      const wrong: KafkaSecurity = { tls: false, sasl: { mechanism: 'scram-sha-512', username: 'order', password: 'wrong' } };
      expect(await answerTo(asAdmin({ tls: false }, (admin) => admin.listTopics()))).not.toBe('done');
      expect(await answerTo(asAdmin(wrong, (admin) => admin.listTopics()))).not.toBe('done');
    });
  });
});
