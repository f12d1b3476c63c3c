import { expect, test } from 'bun:test';
import { leanPromClient } from '../../src/tools/images/lean-program.ts';
import { builtProgram } from './built-program.ts';

test('a compiled program has the same metrics without the unused parts of prom-client', async () => {
  const [own, lean] = [await builtProgram('print-metrics.ts', null, {}), await builtProgram('print-metrics.ts', null, { plugins: [leanPromClient] })];
  expect(own.code).toInclude('Pushgateway');
  expect(lean.code).not.toInclude('class Pushgateway');
  expect(own.code).toInclude('opentelemetry');
  expect(lean.code).not.toInclude('class TraceAPI');
  expect(lean.printed).toEqual(own.printed);
  expect(lean.printed.length).toBeGreaterThan(5);
});
