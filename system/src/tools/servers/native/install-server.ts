import { join } from 'node:path';
import { until } from '@souk/chassis/testing/until';
import { EnvironmentError } from '../../../cli/errors.ts';
import { newDataFolder, SCRIPTS, SERVER_CACHE } from '../folders.ts';
import type { Report } from '../server.ts';
import { guardedProcess } from './guarded-process.ts';

/** An installation without a cache takes half a minute on a fast line; two at once wait for each other. */
const LIMIT_MS = 720_000;

const WITH_EXIT_CODE = ['bash', '-c', '"$@"; echo "exit code $?"', 'install'];

/** Installs the server into the cache unless it is there. Throws EnvironmentError with the script's output. */
export async function installServer(name: string, script: string, report: Report): Promise<void> {
  const folder = await newDataFolder(`install-${name}`);
  const process = guardedProcess(folder, [...WITH_EXIT_CODE, 'bash', join(SCRIPTS, script), 'install', SERVER_CACHE]);
  try {
    await process.run();
    let told = false;
    const ended = () => {
      if (!told && process.output().includes(': installing ')) {
        told = true;
        report(`installing ${name} into the cache, once`);
      }
      return process.pid === null;
    };
    await until(`the installation of ${name}`, ended, LIMIT_MS);
    if (process.output().trimEnd().endsWith('exit code 0')) return;
    throw new Error('the installation failed');
  } catch (cause) {
    throw new EnvironmentError(
      `${name} could not be installed (${String(cause)}). Its last lines:\n${lastLines(process.output())}`,
      'Do what they ask for and try again, or use containers (a running Docker engine), or name a server of yours by SOUK_TEST_…',
      { cause },
    );
  } finally {
    await process.end();
  }
}

export const lastLines = (text: string): string => text.trimEnd().split('\n').slice(-15).join('\n');
