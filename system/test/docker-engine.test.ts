import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { EnvironmentError } from '../src/cli/errors.ts';
import type { Server } from '../src/tools/servers/server.ts';
import { startServer } from '../src/tools/servers/start-servers.ts';

const NATIVE = { version: 'a native server' } as Server;
const IMAGE = 'mysql:8.4';

let folder: TemporaryFolder;
let path: string | undefined;
let engine: string | undefined;
beforeEach(() => {
  folder = temporaryFolder();
  ({ PATH: path, SOUK_SERVERS: engine } = process.env);
});
afterEach(() => {
  process.env['PATH'] = path;
  if (engine === undefined) delete process.env['SOUK_SERVERS'];
  else process.env['SOUK_SERVERS'] = engine;
  folder.remove();
});

/** A Docker engine that answers these commands with success, and refuses all others. */
async function dockerThat(does: string): Promise<void> {
  const program = join(folder.path, 'docker');
  await writeFile(program, `#!/bin/sh\ncase "$1" in ${does}) exit 0 ;; *) echo 'denied:\n  no such thing' >&2; exit 1 ;; esac\n`);
  await chmod(program, 0o755);
  process.env['PATH'] = `${folder.path}:${path}`;
}

async function started(wanted: 'auto' | 'docker'): Promise<{ readonly version: string; readonly lines: readonly string[] }> {
  process.env['SOUK_SERVERS'] = wanted;
  const lines: string[] = [];
  const { version } = await startServer('MySQL', (line) => lines.push(line), { native: async () => NATIVE });
  return { version, lines };
}

describe('a server of our own, where there is a Docker engine', () => {
  test('that cannot have the image, is a native one after a line that says so', async () => {
    await dockerThat('info');
    expect(await started('auto')).toEqual({
      version: NATIVE.version,
      lines: [
        `fetching the image ${IMAGE}`,
        `MySQL: the image ${IMAGE} cannot be had (denied: no such thing); taking a native server instead`,
      ],
    });
  });

  test('that has the image and cannot run it, is a native one after a line that says so', async () => {
    await dockerThat('info|image');
    process.env['DOCKER_HOST'] = 'tcp://127.0.0.1:1';
    try {
      const { version, lines } = await started('auto');
      expect({ version, lines }).toEqual({ version: NATIVE.version, lines: [expect.stringMatching(/^MySQL did not start in a container: .*; taking a native server instead$/)] });
    } finally {
      delete process.env['DOCKER_HOST'];
    }
  }, 30_000);

  test('is refused with the cure when containers are wanted', async () => {
    await dockerThat('info');
    const refusal = await started('docker').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(EnvironmentError);
    expect(refusal).toMatchObject({ message: `MySQL: the image ${IMAGE} cannot be had (denied: no such thing)`, cure: expect.stringContaining('SOUK_SERVERS=native') });
  });
});
