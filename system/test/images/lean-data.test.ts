import { expect, test } from 'bun:test';
import { leanData } from '../../src/tools/images/lean-program.ts';
import { builtProgram } from './built-program.ts';

test('the compressed data in a program are those of their packages', async () => {
  const [own, lean] = [await builtProgram('judge-by-data.ts', null, {}), await builtProgram('judge-by-data.ts', null, { plugins: [leanData] })];
  expect(own.printed).toEqual(['+4915123456001', null, true, false, false, true, true, true, false]);
  expect(lean.printed).toEqual(own.printed);
  expect(own.code.length - lean.code.length).toBeGreaterThan(500_000);
}, 60_000);
