import { afterEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';

const servers: { stop(force: boolean): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(true)));
});

function answering(status: number, path = '/readyz'): number {
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => new Response('said', { status: new URL(request.url).pathname === path ? status : 404 }),
  });
  servers.push(server);
  return server.port ?? 0;
}

/** In a process of its own, as a container's health check runs it. */
async function asked(port: number): Promise<{ readonly code: number; readonly said: string }> {
  const file = join(import.meta.dir, '../../src/service/ask-health.ts');
  const script = `import { askHealth } from ${JSON.stringify(file)}; process.exit(await askHealth(1));`;
  const child = Bun.spawn([process.execPath, '-e', script], { env: { PORT: String(port) }, stdout: 'ignore', stderr: 'pipe' });
  const said = await new Response(child.stderr).text();
  return { code: await child.exited, said };
}

describe('the health check of a container', () => {
  test('is 0 when the service is ready', async () => {
    expect(await asked(answering(200))).toEqual({ code: 0, said: '' });
  });

  test('is 1, and prints the answer, when it is not', async () => {
    expect(await asked(answering(503))).toEqual({ code: 1, said: 'said\n' });
  });

  test('is 1 when nobody listens', async () => {
    const { code, said } = await asked(1);
    expect(code).toBe(1);
    expect(said).toStartWith('port 1: ');
  });
});
