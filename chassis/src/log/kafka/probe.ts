import type { Admin } from 'kafkajs';
import { EventLogError } from '../event-log-error.ts';
import type { TopicDeclaration } from '../topic.ts';
import { assertAsDeclared, presentTopics } from './compare-topics.ts';
import { type KafkaClient, kafkaClient } from './kafka-client.ts';
import type { KafkaAddress } from './kafka-address.ts';
import { isRefused, unavailable } from './refusals.ts';
import { withTimeout } from '../../timeouts.ts';

/** A look at the broker is reused for this many milliseconds, however many ask. */
const FRESH_MS = 1000;
const LOOK_LIMIT_MS = 3000;

export interface Probe {
  /** Throws EventLogError `log-unavailable` when the broker does not answer, `topics-differ` when its topics are not as declared. */
  look(): Promise<void>;
  /** True as soon as a look has found the topics as declared. */
  approved(): boolean;
  close(): void;
}

/**
 * Asks the broker for the declared topics: one small request, shared by all callers at the same time. Calls `approved`, which
 * never rejects, when it first finds them.
 */
export function brokerProbe(
  address: KafkaAddress,
  declared: readonly TopicDeclaration[],
  approved: (admin: Admin) => Promise<void>,
): Probe {
  const names = declared.map(({ name }) => name);
  let current: { readonly client: KafkaClient; readonly admin: Admin } | null = null;
  let looking: Promise<void> | null = null;
  let goodAt = -Infinity;

  async function connected(): Promise<Admin> {
    if (current !== null) return current.admin;
    const client = kafkaClient(address);
    const admin = client.kafka.admin();
    current = { client, admin };
    await admin.connect();
    return admin;
  }

  function giveUp(): void {
    current?.client.abandon();
    current = null;
  }

  async function lookNow(): Promise<void> {
    try {
      const present = connected().then(async (admin) => ({ admin, topics: await presentTopics(admin, names) }));
      const { admin, topics } = await withTimeout(LOOK_LIMIT_MS, present, 'an answer of the broker');
      assertAsDeclared(declared, topics);
      if (goodAt === -Infinity) void approved(admin);
      goodAt = performance.now();
    } catch (error) {
      if (error instanceof EventLogError) throw error;
      giveUp();
      const brokers = address.brokers.join(', ');
      throw unavailable(isRefused(error) ? `The brokers ${brokers}` : `No broker of ${brokers} answers`, error);
    } finally {
      looking = null;
    }
  }

  return {
    look: async () => {
      if (performance.now() - goodAt > FRESH_MS) await (looking ??= lookNow());
    },
    approved: () => goodAt > -Infinity,
    close: giveUp,
  };
}
