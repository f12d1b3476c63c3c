import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Message, Partitioners } from 'kafkajs';
import fetchRequestV11 from 'kafkajs/src/protocol/requests/fetch/v11/request.js';
import fetchResponseV11 from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/crc32C.js';
import recordBatchOf from 'kafkajs/src/protocol/recordBatch/v0/decoder.js';
import produceRequestV7 from 'kafkajs/src/protocol/requests/produce/v7/request.js';
import { type AbortedTransaction, fetchResponse, readRecords } from '../../../src/log/kafka/kafkajs/wire/fetch-response.ts';
import { ByteWriter } from '../../../src/log/kafka/kafkajs/wire/protocol-types.ts';
import { fetchRequest, isPlainProduce, produceRequest, writeRecordBatch } from '../../../src/log/kafka/kafkajs/wire/requests.ts';
import { murmur2 } from '../../../src/log/partitions.ts';
import { UNPACKED_LIMIT } from '../../../src/log/kafka/kafkajs/wire/decompress.ts';

/** Ours is held against kafkajs' own. */

const NOW = 1_795_000_000_123;
const TOPIC = 'shop.order.created';
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', minLength: 60, maxLength: 70 }), fc.constantFrom('é'.repeat(64), 'x'.repeat(8192), '€'.repeat(2800)));
// kafkajs takes what every object has for a header that came before.
const headerName = fc.string({ minLength: 1 }).filter((name) => !(name in Object.prototype));
const headers = fc.dictionary(headerName, text, { maxKeys: 12, noNullPrototype: true });
const message = fc.record({ key: text, value: text, headers });
const messages = fc.array(message, { minLength: 1, maxLength: 12 });

interface Decoded {
  readonly records: readonly { offset: string; timestamp: string; key: Buffer; value: Buffer; headers: Record<string, Buffer> }[];
}

describe('requests and responses of our own', () => {
  test('kafkajs reads the record batches that we write', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async (sent) => {
        const { records } = (await recordBatchOf(new Decoder(batchOf(sent)))) as Decoded;
        expect(records.map(({ key, value }) => ({ key: key.toString(), value: value.toString() }))).toEqual(
          sent.map(({ key, value }) => ({ key: wellFormed(key), value: wellFormed(value) })),
        );
        expect(records.map((record) => textsOf(record.headers))).toEqual(sent.map((one) => wellFormedIn(one.headers)));
      }),
      { numRuns: 60 },
    );
  });

  test('we read the record batches that we write, whatever follows them', () => {
    fc.assert(
      fc.property(messages, messages, fc.nat(30), (first, second, cut) => {
        const whole = Buffer.concat([batchOf(first, { logAppendTime: true }), batchOf(second, { logAppendTime: true })]);
        const all = recordsIn(whole);
        expect(all.map(({ value }) => value)).toEqual([...first, ...second].map(({ value }) => wellFormed(value)));
        expect(all.every(({ timestamp }) => timestamp === String(NOW))).toBe(true);
        const half = whole.subarray(0, whole.length - 1 - cut);
        expect(recordsIn(half).length).toBe(first.length);
      }),
      { numRuns: 40 },
    );
  });

  test('a produce request equals that of kafkajs, except for the fields of an idempotent producer', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async (sent) => {
        const asked = (its: readonly Message[]) => ({
          acks: -1,
          timeout: 30_000,
          compression: 0,
          topicData: [{ topic: TOPIC, partitions: [{ partition: 2, messages: [...its] }] }],
        });
        const theirs = await produceRequestV7(asked(sent.map((one) => ({ ...one, timestamp: String(NOW) })))).encode();
        const ours = produceRequest(asked(sent), NOW);
        expect(isPlainProduce(asked(sent))).toBe(true);
        expect(Buffer.compare(ours, withoutIdempotence(Buffer.from(theirs.buffer)))).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('what only kafkajs can write is left to it', () => {
    const plain = { acks: -1, timeout: 1, compression: 0, topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [{ value: 'x' }] }] }] };
    expect(isPlainProduce(plain)).toBe(true);
    expect(isPlainProduce({ ...plain, compression: 1 })).toBe(false);
    expect(isPlainProduce({ ...plain, transactionalId: 'tx' })).toBe(false);
    const bytes = { partition: 0, messages: [{ value: Buffer.from('x') }] };
    expect(isPlainProduce({ ...plain, topicData: [{ topic: 't', partitions: [bytes] }] })).toBe(false);
  });

  test('a fetch request equals that of kafkajs, byte for byte', async () => {
    const offset = fc.nat(Number.MAX_SAFE_INTEGER).map(String);
    const partition = fc.record({ partition: fc.nat(50), fetchOffset: offset, maxBytes: fc.nat(2_000_000) });
    const topic = fc.record({ topic: fc.stringMatching(/^[a-z._]{1,40}$/), partitions: fc.array(partition, { maxLength: 6 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(topic, { maxLength: 12 }), async (topics) => {
        const asked = { maxWaitTime: 200, minBytes: 1, maxBytes: 10_485_760, isolationLevel: 1, rackId: '', topics };
        const theirs = await fetchRequestV11({ replicaId: -1, ...asked }).encode();
        expect(fetchRequest(asked)).toEqual(Buffer.from(theirs.buffer));
      }),
    );
  });

  test('a fetch response is read as kafkajs reads it, without partitions that have nothing new', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(messages, { maxLength: 4 }), async (sets) => {
        const answer = answerOf(sets.map((sent) => batchOf(sent, { logAppendTime: true })));
        const theirs = (await fetchResponseV11.decode(answer)) as ReturnType<typeof fetchResponse>;
        const ours = fetchResponse(answer);
        const [, ...withRecords] = theirs?.responses[0]?.partitions ?? [];
        expect(ours?.responses[0]?.partitions.map(shown) ?? []).toEqual(withRecords.map(shown));
      }),
      { numRuns: 30 },
    );
  });

  test('an error in a response is passed on, even without records', () => {
    expect(fetchResponse(answerOf([], 6))?.responses[0]?.partitions).toMatchObject([{ partition: 0, errorCode: 6, messages: [] }]);
  });

  test('messages behind an open transaction are marked as held', () => {
    const [partition] = fetchResponse(answerOf([], 0, 5)).responses[0]?.partitions ?? [];
    expect(partition?.messages).toMatchObject([{ offset: String(2 ** 40 - 5), mark: 'held' }]);
  });

  test('a response that is cut off is an error, not an end', () => {
    const answer = answerOf([batchOf([{ key: 'k', value: 'v', headers: {} }], { logAppendTime: true })]);
    expect(() => fetchResponse(answer.subarray(0, 30))).toThrow(RangeError);
  });

  test('a key goes to the partition that every other Kafka client chooses', () => {
    const partitioner = Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: 997 }, (_, partitionId) => ({ partitionId, leader: 1 })) as never;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (key) => {
        const theirs = partitioner({ topic: 't', partitionMetadata, message: { key, value: null } });
        expect((murmur2(key) & 0x7fffffff) % 997).toBe(theirs);
      }),
      { numRuns: 500 },
    );
  });
});

/** kafkajs writes a zero where there is no leader's epoch, producer's epoch and sequence number: the protocol says -1. */
function withoutIdempotence(request: Buffer): Buffer {
  const epochAt = 2 + 2 + 4 + 4 + 2 + TOPIC.length + 4 + 4 + 4 + 8 + 4;
  const summedFrom = epochAt + 4 + 1 + 4;
  const producerEpochAt = summedFrom + 2 + 4 + 8 + 8 + 8;
  request.writeInt32BE(-1, epochAt);
  request.writeInt16BE(-1, producerEpochAt);
  request.writeInt32BE(-1, producerEpochAt + 2);
  request.writeUInt32BE(crc32C(request.subarray(summedFrom)) >>> 0, summedFrom - 4);
  return request;
}

function batchOf(sent: readonly { key: string; value: string; headers: Record<string, string> }[], { logAppendTime = false } = {}): Buffer {
  const writer = new ByteWriter(64);
  writeRecordBatch(writer, sent, NOW);
  const bytes = Buffer.from(writer.written);
  if (logAppendTime) bytes[22] = 0x08;
  return bytes;
}

const recordsIn = (set: Buffer, aborted: readonly AbortedTransaction[] = []) => readRecords(set, { start: 0, size: set.length }, aborted, { left: UNPACKED_LIMIT });

/** A Fetch response of version 11: one topic, a partition without records first, then one for each record set. */
/** Its first partition is empty up to the end of its log, `behind` messages before that. */
function answerOf(sets: readonly Buffer[], firstError = 0, behind = 0): Buffer {
  const writer = new ByteWriter(64);
  writer.int32(0);
  writer.int16(0);
  writer.int32(0);
  writer.int32(1);
  writer.string('orders');
  writer.int32(sets.length + 1);
  for (const [partition, set] of [Buffer.alloc(0), ...sets].entries()) {
    writer.int32(partition);
    writer.int16(partition === 0 ? firstError : 0);
    for (const offset of [2 ** 40 + partition, partition === 0 ? 2 ** 40 - behind : 7, 0]) writer.int64(offset);
    writer.int32(0);
    writer.int32(-1);
    writer.int32(set.length);
    for (const byte of set) writer.int8(byte);
  }
  return writer.written;
}

interface Shown {
  readonly messages: readonly { readonly offset: string; readonly timestamp: string; readonly key: unknown; readonly value: unknown; readonly headers: object }[];
}

function shown({ messages: records, ...partition }: Shown): object {
  return {
    ...partition,
    messages: records.map(({ offset, timestamp, key, value, headers: named }) => ({
      offset,
      timestamp,
      key: String(key),
      value: String(value),
      headers: textsOf(named as Record<string, unknown>),
    })),
  };
}

const textsOf = (named: Record<string, unknown>) => Object.fromEntries(Object.entries(named).map(([name, value]) => [name, String(value)]));
const wellFormed = (value: string): string => value.toWellFormed();
const wellFormedIn = (named: Record<string, string>) =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [wellFormed(name), wellFormed(value)]));
