import type { BuildConfig } from 'bun';
import { join } from 'node:path';
import { leanData } from './lean-data.ts';
import { leanMongodb } from './lean-mongodb.ts';
import { leanNodemailer } from './lean-nodemailer.ts';
import { leanOtpauth } from './lean-otpauth.ts';
import { leanPromClient } from './lean-prom-client.ts';
import { leanSourceMaps } from './lean-source-maps.ts';
import { LEFT_OUT } from './left-out.ts';

const ROOT = join(import.meta.dir, '../../../..');

/**
 * Build settings of a service's program. It is split so that a program that only asks for its health does not load the serving
 * code. Identifiers are kept, because logs show them.
 */
export function programBuild(service: string) {
  return {
    entrypoints: [join(ROOT, service, 'src/main.ts')],
    target: 'bun',
    format: 'esm',
    splitting: true,
    minify: { whitespace: true, syntax: true },
    external: [...LEFT_OUT],
    plugins: [leanData, leanMongodb, leanNodemailer, leanOtpauth, leanPromClient, leanSourceMaps],
  } satisfies BuildConfig;
}
