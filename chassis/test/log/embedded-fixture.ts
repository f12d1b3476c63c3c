import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { type EmbeddedLog, openEmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import { temporaryFolder } from '../../src/testing/temporary-store.ts';
import { contractTopics, type OpenedLog } from './log-fixture.ts';

/** Whoever tells of failures is one. */
const onHandlerFailure = (): never => {
  throw new Error('this cannot be told');
};

/** A crash is played by opening a copy of the files as they are at that moment, uncommitted memory lost. */
export async function openEmbeddedContract(handlerLimitMs = 300): Promise<OpenedLog> {
  const folder = temporaryFolder();
  const closings: Promise<void>[] = [];
  let generation = 0;
  const pathOf = (): string => join(folder.path, `log-${generation}.db`);
  const open = (): EmbeddedLog => openEmbeddedLog({ path: pathOf(), topics: contractTopics, handlerLimitMs, onHandlerFailure });
  let log = open();

  return {
    log,
    reopen: async (crash) => {
      if (crash) {
        const crashed = pathOf();
        generation += 1;
        for (const suffix of ['', '-wal']) {
          if (existsSync(crashed + suffix)) cpSync(crashed + suffix, pathOf() + suffix);
        }
        closings.push(log.close());
      } else {
        await log.close();
      }
      log = open();
      return log;
    },
    dispose: async () => {
      await Promise.all([...closings, log.close()]);
      folder.remove();
    },
  };
}
