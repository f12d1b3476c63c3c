import { kafkaClient } from '@souk/chassis/log/kafka/kafka-client';
import { openMongo } from '@souk/chassis/stores/mongodb/mongo-database';
import { openMysql } from '@souk/chassis/stores/sql/mysql-database';
import { askMysql } from '../../src/tools/servers/ask-servers.ts';
import { readingMysql } from '../../src/verify/mysql-rows.ts';

/** Each way in which a process of ours connects to a server. */
const WAYS = {
  service: (url: string) => closing(openMysql({ url }), (database) => database.check()),
  migration: (url: string) => closing(openMysql({ url }), (database) => database.migrate({})),
  hold: (url: string) => closing(openMysql({ url }), async (database) => (await database.advisoryLock('connecting'))?.release()),
  verify: (url: string) => readingMysql(url, async () => undefined),
  server: (url: string) => askMysql(url),
  mongodb: (url: string) => closing(openMongo({ url }), (database) => database.check()),
  async kafka(broker: string) {
    const client = kafkaClient({ brokers: [broker], clientId: 'connecting', security: { tls: true } }, { retries: 0 });
    await client.kafka.admin().connect().finally(() => client.abandon());
  },
} as const;

async function closing<T extends { close(): Promise<void> }>(opened: T, run: (opened: T) => Promise<unknown>): Promise<void> {
  try {
    await run(opened);
  } finally {
    await opened.close();
  }
}

export type Way = keyof typeof WAYS;

/** `connecting-process.ts WAY ADDRESS`: a process of its own, because NODE_EXTRA_CA_CERTS is read at the start. */
if (import.meta.main) {
  const [way, address = ''] = process.argv.slice(2);
  const said = await WAYS[way as Way](address).then(
    () => 'connected',
    (error: unknown) => String(error),
  );
  process.stdout.write(said);
  process.exit(0);
}
