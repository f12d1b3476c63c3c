import { expect, test } from 'bun:test';
import { sqlMessageReads, sqlServiceStore } from '../../../src/stores/sql/sql-service-store.ts';
import { openSqlite } from '../../../src/stores/sql/sqlite-database.ts';
import { sqlitePlansOf } from '../../../src/testing/query-costs.ts';
import { temporaryStore } from '../../../src/testing/temporary-store.ts';

test('on SQLite old answers are found by indexes on age and owner, and keys of answers by the primary key', async () => {
  const { path, close } = await temporaryStore((options) => sqlServiceStore(openSqlite<unknown>(options), {}, {}));
  const plans = await sqlitePlansOf(path, async (database) => {
    const messages = sqlMessageReads(database);
    await messages.forgetAnswers(1000, 10);
    await messages.forgetAnswersTo(['anna', 'ben'], 10);
    await messages.forgetAnswerKeys(1000, 10);
  });
  expect(plans).toEqual([
    expect.stringMatching(/^SEARCH kept_answers USING INDEX kept_answers_at/),
    expect.stringMatching(/^SEARCH kept_answers USING INDEX kept_answers_owner/),
    expect.stringMatching(/^SEARCH answer_keys USING PRIMARY KEY \(period<\?\)/),
  ]);
  await close();
});
