import { existsSync, writeFileSync } from 'node:fs';
import { toLogMessage } from '../../src/log-message.ts';
import { TOPIC_NAMES, TOPICS, type Topic } from '../../src/topics.ts';
import { exampleEvent, ID } from '../examples.ts';
import { asFile, breaksOf, currentTopic, frozenFile, goldenFile, publishedTopic } from './published.ts';

/**
 * `npm run freeze`: publishes what the code says of every topic. A published version takes new optional fields and
 * nothing else; a golden message that is there stays as it is.
 */
const refused: string[] = [];
for (const topic of TOPIC_NAMES) {
  const current = currentTopic(topic);
  const published = publishedTopic(topic, current.version);
  const breaks = published === undefined ? [] : breaksOf(published, current);
  for (const { at, what } of breaks) refused.push(`${topic} v${current.version} ${at}: ${what}`);
  if (breaks.length === 0) publish(topic);
}
if (refused.length > 0) {
  process.stderr.write(`${refused.join('\n')}\nPublished versions stay as they are: raise the version in src/topics.ts.\n`);
  process.exitCode = 1;
}

function publish(topic: Topic): void {
  const { version } = TOPICS[topic];
  writeFileSync(frozenFile(topic, version), asFile(currentTopic(topic)));
  const golden = goldenFile(topic, version);
  if (!existsSync(golden)) writeFileSync(golden, asFile([toLogMessage(exampleFor(topic))]));
}

function exampleFor(topic: Topic) {
  const { version: schemaVersion, madeBy } = TOPICS[topic];
  return exampleEvent(topic, { schemaVersion, source: `/souk/${madeBy}`, subject: ID });
}
