import { join } from 'node:path';
import { connections, type Connections } from '../load/connections.ts';
import { postText } from '../load/order-request.ts';
import type { RawPart } from './raw-part.ts';

const CALLERS = 32;
const FOR_MS = 2000;
const TOKEN = 'x'.repeat(500);
const BODY = JSON.stringify({ items: [{ sku: 'BENCH-0', quantity: 1 }], note: 'x'.repeat(200) });

/** Measures POSTs to an Elysia route that does nothing, in a process of its own, with the benchmark's generator: the limit of HTTP alone. */
export async function barePost(): Promise<RawPart> {
  const server = Bun.spawn([process.execPath, join(import.meta.dir, 'bare-post-process.ts')], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' });
  try {
    const port = await firstNumber(server.stdout);
    const lines = connections({ url: `http://127.0.0.1:${port}` });
    const perSecond = await closedLoop(lines, postText({ path: '/orders', host: `127.0.0.1:${port}`, token: TOKEN, body: BODY }));
    lines.close();
    return { what: `POST to a route that does nothing, ${CALLERS} callers`, perSecond };
  } finally {
    server.kill();
    await server.exited;
  }
}

async function closedLoop(lines: Connections, request: string): Promise<number> {
  const startAt = performance.now();
  let answered = 0;
  const caller = () =>
    new Promise<void>((resolve) => {
      const ask = () =>
        lines.send(request, (told) => {
          if (told.kind === 'answered') answered += 1;
          if (performance.now() - startAt < FOR_MS) ask();
          else resolve();
        });
      ask();
    });
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return Math.round((answered * 1000) / (performance.now() - startAt));
}

async function firstNumber(stream: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stream.getReader();
  let text = '';
  while (!text.includes('\n')) {
    const { value, done } = await reader.read();
    if (done) throw new Error('the server of a bare POST did not start');
    text += new TextDecoder().decode(value);
  }
  return Number(text);
}
