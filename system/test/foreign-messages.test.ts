import { expect, setDefaultTimeout, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import { Kafka, logLevel, type Message, Partitioners } from 'kafkajs';
import { message } from './support/events.ts';
import { openShopOn } from './support/open-shop.ts';
import { ADDRESS, orderOf, orderWhen, PRICE, stockUp } from './support/ordering.ts';
import { type RealGround, realGround } from './support/real-ground.ts';

setDefaultTimeout(180_000);

/** By somebody else's client: bytes as they are. */
async function sendForeign({ addresses: { kafka } }: RealGround, topic: string, messages: Message[]): Promise<void> {
  const producer = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    // One by one: together they are too large. Which partition kafkajs would choose by a key of 400 kB takes it half a minute.
    for (const each of messages) await producer.send({ topic: `${kafka.topicPrefix ?? ''}${topic}`, messages: [{ ...each, partition: 0 }] });
  } finally {
    await producer.disconnect();
  }
}

const manyHeaders = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`header-${i}`, 'x'.repeat(985)]));
const LARGE = {
  'a value of 300,000 control characters': { key: 'control', value: Buffer.alloc(300_000, 1) },
  'a key of 400 kB': { key: 'k'.repeat(400_000), value: '{}' },
  '900 kB of headers': { key: 'headers', value: '{}', headers: manyHeaders },
} satisfies Record<string, Message>;

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  /** Orders go through afterwards, nobody waits for anything, and nothing is broken once the letters are discarded. */
  async function opened() {
    let ground: RealGround | undefined;
    const shop = await openShopOn(async () => (ground = await realGround()))();
    if (ground === undefined) throw new Error('no ground');
    const to = ground;
    const { client, staff } = shop;
    await stockUp(client, staff, { LAMP: [50] });
    const customer = await shop.customer();
    const { id: method } = await client.addPaymentMethod(customer, 'tok_ok');
    const letters = async (count: number) =>
      until(`${count} dead letters`, async () => {
        const { items } = await client.deadLetters('inventory', staff);
        return items.length === count && items;
      }, 60_000);
    return {
      shop,
      letters,
      send: (topic: string, messages: Message[]) => sendForeign(to, topic, messages),
      async ordersGoOn() {
        for (let i = 0; i < 3; i += 1) {
          const { id } = await client.placeOrder(customer, orderOf(method, ['LAMP', 1]), randomUUID());
          await orderWhen(client, customer, id, ({ status }) => status === 'completed');
        }
      },
      async end() {
        for (const { id } of (await client.deadLetters('inventory', staff)).items) await client.discard('inventory', staff, id, 'not one of ours');
        expect(await shop.close()).toEqual([]);
      },
    };
  }

  test('foreign messages whose dead letters are too large for the log stop no reader (D2)', async () => {
    const { shop, letters, send, ordersGoOn, end } = await opened();
    await using _ = shop;
    await send('order.created', Object.values(LARGE));
    const found = new Map((await letters(3)).map((letter) => [letter.key, letter]));
    await ordersGoOn();
    expect(found.get('control')?.value).toBe('\x01'.repeat(300_000));
    expect(found.get('k'.repeat(400_000))?.value).toBe('{}');
    expect(found.get('headers')?.headers).toEqual(manyHeaders);
    await end();
  });

  test('a message that is not UTF-8 becomes a dead letter with its exact bytes, although its text would pass for an event (D10)', async () => {
    const { shop, letters, send, ordersGoOn, end } = await opened();
    await using _ = shop;
    const orderId = Bun.randomUUIDv7();
    const order = { orderId, userId: Bun.randomUUIDv7(), items: [{ sku: 'LAMP', quantity: 1 }], total: { amount: PRICE.amount, currency: 'EUR' } };
    const sound = message('order.created', orderId, order);
    const withAddress = { ...order, shippingAddress: { ...ADDRESS, name: 'Zoë' } };
    const personal = message('order.completed', orderId, withAddress, 3);
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    const binary = { key: Buffer.from([0xff, 0x00]), value: latin1(`{"é":1}`), headers: { 'content-type': 'é', note: latin1('é') } };
    await send('order.created', [{ key: binary.key, value: binary.value, headers: binary.headers }, { key: sound.key, value: latin1(sound.value.replace('LAMP', 'LÄMP')), headers: { ...sound.headers } }]);
    await send('order.completed', [{ key: personal.key, value: latin1(personal.value), headers: { ...personal.headers } }]);
    const found = new Map((await letters(3)).map((letter) => [`${letter.topic} ${letter.key}`, letter]));
    expect(found.get('order.created \uFFFD\0')).toMatchObject({
      cause: 'the key is not UTF-8',
      value: '{"\uFFFD":1}',
      headers: { 'content-type': 'é', note: '\uFFFD' },
      binary: { key: binary.key.toString('base64'), value: binary.value.toString('base64'), headers: [{ name: btoa('note'), value: btoa('\xe9') }] },
    });
    const pretending = found.get(`order.created ${orderId}`);
    expect(pretending).toMatchObject({ cause: 'the value is not UTF-8', binary: { value: latin1(sound.value.replace('LAMP', 'LÄMP')).toString('base64') } });
    const hidden = found.get(`order.completed ${orderId}`);
    expect(hidden?.cause).toBe('the value is not UTF-8');
    expect(hidden).not.toHaveProperty('binary');
    expect(hidden?.value).not.toContain('Zo');
    const again = await shop.client.redrive('inventory', shop.staff, pretending?.id ?? '').catch(String);
    expect(again).toContain('the value is not UTF-8');
    await ordersGoOn();
    await end();
  });
});
