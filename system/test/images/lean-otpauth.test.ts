import { expect, test } from 'bun:test';
import { leanOtpauth } from '../../src/tools/images/lean-program.ts';
import { builtProgram, compiledProgram } from './built-program.ts';

/** RFC 6238, appendix B: code and second; the last is none. */
const CODES = [
  ['287082', 59],
  ['081804', 1_111_111_109],
  ['050471', 1_111_111_111],
  ['005924', 1_234_567_890],
  ['279037', 2_000_000_000],
  ['353130', 20_000_000_000],
  ['353131', 20_000_000_000],
] as const;
const GIVEN = { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', codes: CODES };

test('a compiled program accepts the codes of RFC 6238, and no others', async () => {
  const own = await builtProgram('verify-codes.ts', GIVEN, {});
  const compiled = await compiledProgram('verify-codes.ts', GIVEN);
  expect(compiled).toEqual(own.printed);
  expect(compiled.slice(0, CODES.length)).toEqual(CODES.map(([, second], at) => (at === CODES.length - 1 ? null : Math.floor(second / 30))));
  expect(compiled.at(-1)).toBe(true);
}, 60_000);

test("it uses the runtime's hashes", async () => {
  const [own, lean] = [await builtProgram('verify-codes.ts', GIVEN, {}), await builtProgram('verify-codes.ts', GIVEN, { plugins: [leanOtpauth] })];
  expect(lean.printed).toEqual(own.printed);
  expect(own.code.length - lean.code.length).toBeGreaterThan(15_000);
});
