import { describe, expect, test } from 'bun:test';
import { type Arbitrary, array, assert, asyncProperty, boolean } from 'fast-check';
import { constant, constantFrom, integer, oneof, record } from 'fast-check';
import type { EventLog, LogMessage, ReceivedMessage, Subscription } from '../../src/log/event-log.ts';
import { until } from '../../src/testing/until.ts';
import { message, type OpenLog, orderByKey } from './log-fixture.ts';

/** Members that crashed are missed only after their session; several may have crashed. */
const STORY_LIMIT_MS = 30_000;
const TOPICS = ['orders', 'payments', 'narrow'];

type Step =
  | { readonly do: 'send'; readonly topics: readonly number[]; readonly keys: number }
  | { readonly do: 'join' | 'leave' | 'reject'; readonly group: number }
  | { readonly do: 'reopen'; readonly crash: boolean };

const group = integer({ min: 0, max: 1 });
const topicIndex = integer({ min: 0, max: TOPICS.length - 1 });
const step: Arbitrary<Step> = oneof(
  {
    weight: 5,
    arbitrary: record({
      do: constant('send' as const),
      topics: array(topicIndex, { minLength: 1, maxLength: 30 }),
      keys: integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 3, arbitrary: record({ do: constantFrom('join' as const, 'leave' as const, 'reject' as const), group }) },
  { weight: 1, arbitrary: record({ do: constant('reopen' as const), crash: boolean() }) },
);

interface ModelGroup {
  readonly name: string;
  /** Of handler calls that resolved, in that order. */
  readonly handled: ReceivedMessage[];
  members: Subscription[];
  rejections: number;
}

/** Runs the steps, then lets every group finish, and compares what the groups handled with what was sent. */
async function play(open: OpenLog, steps: readonly Step[]): Promise<void> {
  const { log: first, reopen, dispose } = await open();
  let log: EventLog = first;
  const sent: LogMessage[] = [];
  const groups: ModelGroup[] = ['left', 'right'].map((name) => ({ name, handled: [], members: [], rejections: 0 }));

  async function join(of: ModelGroup): Promise<void> {
    const incarnation = log;
    const member = await log.subscribe({
      group: of.name,
      topics: TOPICS,
      handle: async (messages, signal) => {
        if (of.rejections > 0) {
          of.rejections -= 1;
          throw new Error('rejected by the model');
        }
        await new Promise((resolve) => setImmediate(resolve));
        // What a crashed incarnation still does is not part of the story.
        if (incarnation === log && !signal.aborted) of.handled.push(...messages);
        else throw new Error('too late');
      },
    });
    of.members.push(member);
  }

  async function take(each: Step): Promise<void> {
    if (each.do === 'send') {
      const messages = each.topics.map((topic, index) =>
        message(String(sent.length + index), { topic: TOPICS[topic] ?? 'orders', key: `key-${index % each.keys}` }),
      );
      await log.send(messages);
      sent.push(...messages);
      return;
    }
    if (each.do === 'reopen') {
      log = await reopen(each.crash);
      for (const of of groups) of.members = [];
      return;
    }
    const of = groups[each.group];
    if (of === undefined) return;
    if (each.do === 'join') await join(of);
    else if (each.do === 'leave') await of.members.shift()?.close();
    else of.rejections += 1;
  }

  try {
    for (const each of steps) await take(each);
    for (const of of groups) {
      of.rejections = 0;
      if (of.members.length === 0) await join(of);
      const distinct = () => new Set(of.handled.map(({ value }) => value)).size;
      await until(`${of.name} has all`, () => distinct() === sent.length, STORY_LIMIT_MS);
      expect(orderByKey(of.handled)).toEqual(orderByKey(sent));
    }
  } finally {
    await dispose();
  }
}

export function describeModel(name: string, open: OpenLog, stories: number): void {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 0x7fffffff));
  describe(`${name} against a model`, () => {
    test(
      `random sends, joins, leaves, rejections, closes and crashes lose nothing and keep the order (SEED=${seed})`,
      async () => {
        const runs = asyncProperty(array(step, { minLength: 5, maxLength: 25 }), (steps) => play(open, steps));
        await assert(runs, { seed, numRuns: stories });
      },
      120_000,
    );
  });
}
