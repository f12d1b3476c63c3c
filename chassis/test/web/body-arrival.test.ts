import { afterAll, describe, expect, test } from 'bun:test';
import { closed } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';
import { connect, type Socket } from 'node:net';
import { answerRoom } from '../../src/web/app/long-answers.ts';
import { BODY_ROOM, bodyArrival, bodyRoom } from '../../src/web/bodies/body-limits.ts';
import { listen } from '../../src/web/app/listen.ts';
import { Problem, problem } from '../../src/web/problems/problem.ts';
import { rawBodyOf, readAtMost } from '../../src/web/bodies/raw-body.ts';
import { beginRequest } from '../../src/web/app/request-facts.ts';
import { router } from '../../src/web/app/router.ts';
import { until } from '../../src/testing/until.ts';
import { shop } from './shop.ts';

interface Caller {
  readonly socket: Socket;
  readonly said: () => string;
  readonly isClosed: () => boolean;
}

const callers: Socket[] = [];
afterAll(() => callers.forEach((socket) => socket.destroy()));

/** Sends so much of a request, and keeps the connection. */
function caller(port: number, text: string): Caller {
  let said = '';
  let isClosed = false;
  const socket = connect({ port, host: '127.0.0.1' });
  callers.push(socket);
  socket.on('connect', () => void socket.write(text));
  socket.on('data', (bytes) => (said += bytes.toString()));
  socket.on('close', () => (isClosed = true));
  socket.on('error', () => (isClosed = true));
  return { socket, said: () => said, isClosed: () => isClosed };
}

const begun = (path: string, from = 'a', headers = '') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nX-From: ${from}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n${headers}\r\n{"name":`;

describe('a body that arrives too slowly', () => {
  const bodies = { arrival: bodyArrival({ slowMs: 100, timeMs: 1500 }), room: bodyRoom(BODY_ROOM) };
  const security = { tell: () => undefined, flush: () => undefined };
  const told: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      beginRequest(request, { answers: answerRoom({ failed: () => undefined }), authenticate: () => null, clientAddress: () => request.headers.get('x-from') ?? '', bodies, bodiesApart: bodies, security });
      try {
        return new Response(String((await bodies.arrival.of(request, () => request.bytes(), 1000)).length));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        told.push(error.code);
        return new Response(error.code, { status: error.status, headers: { ...error.details.headers } });
      }
    },
  });
  afterAll(() => server.stop(true));
  const port = server.port ?? 0;

  test('gets 408 and its connection is closed, however slowly its bytes drip', async () => {
    const silent = caller(port, begun('/'));
    const dripping = caller(port, begun('/'));
    const drip = setInterval(() => dripping.socket.write('x'), 50);
    await until('both are refused', () => silent.isClosed() && dripping.isClosed());
    clearInterval(drip);
    for (const { said } of [silent, dripping]) expect(said()).toStartWith('HTTP/1.1 408 ');
  });

  test('takes one of the 16 places of its address, which is free again as soon as the caller goes', async () => {
    const held = Array.from({ length: 16 }, () => caller(port, begun('/')));
    const next = caller(port, begun('/'));
    await until('one of them is refused', () => [...held, next].some(({ said }) => said().startsWith('HTTP/1.1 503 ')));
    const other = caller(port, begun('/', 'b'));
    for (const { socket } of held) socket.destroy();
    next.socket.destroy();
    await until('all are let go', () => told.filter((code) => code === 'body-incomplete').length >= 16);
    const again = Array.from({ length: 15 }, () => caller(port, begun('/')));
    await until('their time is over', () => again.every(({ isClosed }) => isClosed()));
    for (const { said } of [...again, other]) expect(said()).toStartWith('HTTP/1.1 408 ');
  });

  test('does not shut out bodies that arrive at once', async () => {
    const held = Array.from({ length: 40 }, () => caller(port, begun('/')));
    await until('the first are refused', () => held.some(({ isClosed }) => isClosed()));
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(server.url, { method: 'POST', body: 'x', headers: { 'x-from': 'a' } })));
    expect(answers.every(({ ok }) => ok)).toBe(true);
  });
});

describe('bodies that begin together', () => {
  const parts = { answers: answerRoom({ failed: () => undefined }), authenticate: () => null, clientAddress: () => '', security: { tell: () => undefined, flush: () => undefined } };

  test('are refused beyond 32 MiB in all, before they are read; short ones are still accepted', async () => {
    const arrival = bodyArrival({ slowMs: 60_000, timeMs: 60_000 });
    const bodies = { arrival, room: bodyRoom(BODY_ROOM) };
    const request = new Request('http://localhost/');
    beginRequest(request, { ...parts, bodies, bodiesApart: bodies });
    const all = Promise.withResolvers<string>();
    let reads = 0;
    const begin = (bytes: number) =>
      arrival.of(
        request,
        () => {
          reads += 1;
          return all.promise;
        },
        bytes,
      );
    const coming = Array.from({ length: 512 }, () => begin(64 * 1024));
    expect(await begin(64 * 1024).catch((error: unknown) => error)).toMatchObject({ code: 'overloaded', details: { headers: { connection: 'close' } } });
    coming.push(...Array.from({ length: 1024 }, () => begin(8 * 1024)));
    expect(await begin(1).catch((error: unknown) => error)).toMatchObject({ code: 'overloaded' });
    expect([reads, arrival.awaitedBytes]).toEqual([512 + 1024, 40 * 1024 * 1024]);
    all.resolve('all of it');
    expect(new Set(await Promise.all(coming))).toEqual(new Set(['all of it']));
    expect([arrival.awaitedBytes, await begin(64 * 1024)]).toEqual([0, 'all of it']);
  });
});

test('a body of unknown length is copied as it arrives: chunks of one byte are not kept', async () => {
  const text = 'A text that comes letter by letter. '.repeat(100);
  const chunk = new Uint8Array(1);
  let at = 0;
  const letters = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at === text.length) return controller.close();
        chunk[0] = text.charCodeAt(at++);
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  const request = new Request('http://localhost/', { method: 'POST', body: letters });
  expect(String(await readAtMost(request, 64 * 1024))).toBe(text);
});

describe('bodies with places of their own', () => {
  let isKnown = true;
  const routes = router().post('/news/:of', ({ request }) => ({ bytes: rawBodyOf(request).byteLength }), {
    rawBody: {
      maxBytes: 64 * 1024,
      types: ['application/json'],
      apart: (request: Request, { of }: Readonly<Record<string, unknown>>) => {
        if (of !== 'us') throw problem('not-found', { detail: 'No.' });
        isKnown = request.headers.get('x-from') === 'known';
        if (!isKnown) throw problem('signature-invalid', { detail: 'No.' });
      },
    },
  }).post('/words', () => ({ ok: true }), { body: closed({ name: Type.String() }) });
  const { app, logged } = shop({ routes: [routes] });
  const listening = listen(app, { port: 0, hostname: '127.0.0.1' });
  afterAll(listening.stop);

  test('are refused by path and headers before a byte is read', async () => {
    const elsewhere = caller(listening.port, begun('/news/them', 'known'));
    const stranger = caller(listening.port, begun('/news/us', 'stranger'));
    await until('both are answered', () => elsewhere.said() !== '' && stranger.said() !== '');
    expect(elsewhere.said()).toStartWith('HTTP/1.1 404 ');
    expect(stranger.said()).toStartWith('HTTP/1.1 400 ');
    const known = caller(listening.port, begun('/news/us', 'known').replace('Content-Length: 1000', 'Content-Length: 8'));
    await until('it is answered', () => known.said().includes('{"bytes":8}'));
  });

  test('are accepted while bodies that never arrive hold all the other places', async () => {
    const held = Array.from({ length: 300 }, () => caller(listening.port, begun('/words')));
    await until('those beyond the places are refused', () => held.filter(({ isClosed }) => isClosed()).length >= 284);
    const headers = { 'content-type': 'application/json', 'x-from': 'known' };
    const answer = await fetch(`${listening.url}/news/us`, { method: 'POST', headers, body: 'x'.repeat(64_000) });
    expect(await answer.json()).toEqual({ bytes: 64_000 });
    for (const { socket } of held) socket.destroy();
  });

  test('are not logged as a defect when their callers leave them unfinished', async () => {
    const left = caller(listening.port, begun('/words'));
    await until('it has come', () => left.socket.bytesWritten > 0);
    await fetch(`${listening.url}/livez`);
    left.socket.destroy();
    await until('it is told', () => logged().includes('"status":408'));
    expect(logged()).not.toContain('request failed');
  });
});
