import { SERVICES } from '@souk/contracts/services';
import { join } from 'node:path';
import { leanMongodb } from './lean-mongodb.ts';
import { leanPromClient } from './lean-prom-client.ts';
import { LEFT_OUT } from './left-out.ts';

/**
 * `npm run compile [service ...]`: one executable per service in `dist/`, all five when none is named.
 * The Dockerfiles call it as well, so that an image holds what CI and the benchmark have run.
 */
const ROOT = join(import.meta.dir, '../../..');

/**
 * With bytecode a service is ready in a fraction of the time. Identifiers stay, because logs show them. Nothing is read from
 * the working folder.
 */
async function compile(service: string): Promise<boolean> {
  const { success, logs } = await Bun.build({
    entrypoints: [join(ROOT, service, 'src/main.ts')],
    target: 'bun',
    format: 'esm',
    bytecode: true,
    minify: { whitespace: true, syntax: true },
    sourcemap: 'linked',
    external: [...LEFT_OUT],
    plugins: [leanMongodb, leanPromClient],
    compile: { outfile: join(ROOT, 'dist', service), autoloadDotenv: false, autoloadBunfig: false },
    throw: false,
  });
  for (const log of logs) process.stderr.write(`${service}: ${log.message}\n`);
  if (success) process.stderr.write(`compiled dist/${service}\n`);
  return success;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !SERVICES.some((service) => service === name));
if (unknown.length > 0) {
  process.stderr.write(`no such service: ${unknown.join(', ')}; there are ${SERVICES.join(', ')}\n`);
  process.exitCode = 2;
} else {
  const failed: string[] = [];
  for (const service of wanted.length === 0 ? SERVICES : wanted) if (!(await compile(service))) failed.push(service);
  if (failed.length > 0) {
    process.stderr.write(`not compiled: ${failed.join(', ')}\n`);
    process.exitCode = 1;
  }
}
