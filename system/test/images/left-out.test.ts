import { expect, test } from 'bun:test';
import { LEFT_OUT } from '../../src/tools/images/lean-program.ts';
import { asInstalled, builtProgram } from './built-program.ts';

const WRITTEN = [
  ['utf8', 'Grüße, 東京'],
  ['latin1', 'Grüße'],
  ['cp1252', '€ 5'],
  ['shiftjis', '東京'],
] as const;

test("a program leaves out of MySQL's driver the encodings that no connection asks for, and nothing else", async () => {
  const [whole, lean] = [await builtWith([]), await builtWith([...LEFT_OUT])];
  expect(whole.read).toEqual(WRITTEN.map(([, text]) => text));
  expect(lean.read).toEqual([...WRITTEN.slice(0, 3).map(([, text]) => text), null]);
  expect(whole.bytes - lean.bytes).toBeGreaterThan(400_000);
});

async function builtWith(external: string[]): Promise<{ bytes: number; read: readonly unknown[] }> {
  const plugins = [asInstalled('iconv-lite', 'mysql2')];
  const { code, printed } = await builtProgram('write-and-read.ts', WRITTEN, { minify: true, plugins, external });
  return { bytes: Buffer.byteLength(code), read: printed };
}
