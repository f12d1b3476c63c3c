import { join } from 'node:path';
import { EnvironmentError } from '../../cli/exit-code.ts';
import { SCRIPTS, SERVER_CACHE } from '../folders.ts';
import type { Report } from '../server.ts';

/** A cold installation takes a minute on a fast line; two at once wait for each other. */
const LIMIT_MS = 720_000;

/** Puts the server into the cache unless it is there. Throws EnvironmentError with what the script said. */
export async function installServer(name: string, script: string, report: Report): Promise<void> {
  const child = Bun.spawn(['bash', join(SCRIPTS, script), 'install', SERVER_CACHE], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    detached: true,
  });
  let tooLong = false;
  const limit = setTimeout(() => {
    tooLong = true;
    process.kill(-child.pid, 'SIGKILL');
  }, LIMIT_MS);
  try {
    const said = await relayed(child.stderr, report);
    if ((await child.exited) === 0) return;
    const why = tooLong ? `no end after ${LIMIT_MS / 1000} s` : `exit code ${child.exitCode}`;
    throw new EnvironmentError(
      `${name} could not be installed (${why}):\n${lastLines(said)}`,
      'See what the last lines ask for and try again, or use containers (a running Docker engine), or name a server of yours by SOUK_TEST_…',
    );
  } finally {
    clearTimeout(limit);
  }
}

export const lastLines = (text: string): string => text.trimEnd().split('\n').slice(-15).join('\n');

/** Says that something is being installed, which takes long; keeps all of it for the error. */
async function relayed(stream: ReadableStream<Uint8Array>, report: Report): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) {
    const part = decoder.decode(chunk, { stream: true });
    text += part;
    for (const line of part.split('\n')) if (line.includes(': installing ')) report(line.replace(/^[^:]*: /, ''));
  }
  return text;
}
