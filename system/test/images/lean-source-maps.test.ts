import { expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { compiledProgram } from './built-program.ts';

test('stack traces of a compiled program have the lines of our source, and the functions and files of libraries', async () => {
  const source = (await readFile(Bun.resolveSync('@souk/chassis/stores/sql/mysql-address', import.meta.dir), 'utf8')).split('\n');
  const line = source.findIndex((each) => each.includes('is mysql://user:password@host')) + 1;
  const [ours, theirs] = (await compiledProgram('print-stacks.ts', null)) as readonly (readonly string[])[];
  expect(ours?.[0]).toMatch(new RegExp(`at mysqlAddress \\(.*chassis/src/stores/sql/mysql-address\\.ts:${line}:\\d+\\)$`));
  expect(ours?.some((frame) => /print-stacks\.ts:\d\d:\d+/.test(frame))).toBe(true);
  expect(theirs?.some((frame) => /at new MongoClient \(.*mongodb\/lib\/mongo_client\.js:\d+:\d+\)$/.test(frame))).toBe(true);
}, 60_000);
