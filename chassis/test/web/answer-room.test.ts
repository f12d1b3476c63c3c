import { afterAll, describe, expect, test } from 'bun:test';
import { connect, type Socket } from 'node:net';
import { answerInParts, answerRoom, answerWith, piecesOf } from '../../src/web/app/long-answers.ts';
import { listen } from '../../src/web/app/listen.ts';
import { Problem } from '../../src/web/problems/problem.ts';
import { roomForAnswer } from '../../src/web/app/request-facts.ts';
import { router } from '../../src/web/app/router.ts';
import { until } from '../../src/testing/until.ts';
import { codeOf, read, shop } from './shop.ts';

const MIB = 1024 * 1024;

async function refusalOf(attempt: () => unknown): Promise<string | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

describe('room for answers', () => {
  test('is 12 MiB for an address and 32 MiB for all, and is free again when an answer is read or abandoned', async () => {
    const answers = answerRoom({ failed: () => undefined });
    const first = answers.take('a', 5 * MIB);
    const second = answers.take('a', 5 * MIB);
    expect(await refusalOf(() => answers.take('a', 5 * MIB))).toBe('too-many-requests');
    const others = ['b', 'c', 'd', 'e'].map((address) => answers.take(address, 5 * MIB));
    expect(await refusalOf(() => answers.take('f', 5 * MIB))).toBe('overloaded');
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    expect(await new Response(first.stream(piecesOf(bytes))).bytes()).toEqual(bytes);
    await second.stream(piecesOf(new Uint8Array(5 * MIB))).cancel();
    for (const each of others) each.giveUp();
    for (const address of ['f', 'g', 'h']) answers.take(address, 10 * MIB);
  });

  test('is taken away from answers that nobody reads, sooner when others need it', async () => {
    let unread = 0;
    const answers = answerRoom({ failed: () => undefined, unread: () => (unread += 1), stalledMs: 200, crowdMs: 0 });
    const reader = answers.take('a', 10 * MIB).stream(piecesOf(new Uint8Array(10 * MIB))).getReader();
    await reader.read();
    const reading = reader.read().then(async () => reader.read());
    for (const address of ['b', 'c']) answers.take(address, 10 * MIB).stream(piecesOf(new Uint8Array(10 * MIB)));
    await reading;
    // b and c have taken nothing, and are cut.
    answers.take('d', 10 * MIB);
    expect([unread, answers.heldBytes]).toEqual([3, 10 * MIB]);
    expect(await reader.read().catch(() => 'cut')).toBe('cut');
  });
});

describe('long answers over sockets', () => {
  const picture = crypto.getRandomValues(new Uint8Array(65_536)).buffer;
  const bytes = new Uint8Array(Buffer.concat(Array.from({ length: 80 }, () => new Uint8Array(picture))));
  const text = 'é'.repeat(40_000);
  const asked = { withRoom: 0, parts: 0 };
  const film = {
    length: 40 * MIB,
    held: MIB,
    read: async (from: number) => {
      asked.parts += 1;
      return new Uint8Array(Math.min(MIB, 40 * MIB - from)).fill(from / MIB);
    },
  };
  const routes = router()
    .get('/picture', ({ request }) => answerWith(request, bytes, { headers: { 'content-type': 'image/png', etag: '"1"' } }))
    .get('/list', ({ set }) => {
      set.headers.etag = '"2"';
      set.status = 203;
      return { items: [text] };
    })
    .get('/film', ({ request }) => answerInParts(request, film, { headers: { 'content-type': 'video/mp4' } }))
    .get('/broken', ({ request }) => answerInParts(request, { ...film, held: 6 * MIB, read: (from) => (from === 0 ? new Uint8Array(MIB) : Promise.reject(new Error('away'))) }, { headers: {} }))
    .get('/promised', () => Promise.resolve({ items: [text] }))
    .get('/refused', ({ request }) => {
      asked.withRoom += 1;
      roomForAnswer(request, 10 * MIB);
      throw new Error('after all');
    });
  const { app, send, logged } = shop({ routes: [routes] });
  const listening = listen(app, { port: 0, hostname: '127.0.0.1' });
  const sockets: Socket[] = [];
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await listening.stop();
  });

  /** Asks and never reads. */
  function unread(path: string): Socket {
    const socket = connect({ port: listening.port, host: '127.0.0.1' });
    sockets.push(socket);
    socket.on('connect', () => void socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
    socket.on('error', () => undefined);
    socket.pause();
    return socket;
  }

  test('arrive whole, with the given status and headers', async () => {
    const answer = await fetch(`${listening.url}/picture`);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('etag')]).toEqual([200, 'image/png', '"1"']);
    expect(Buffer.compare(await answer.bytes(), bytes)).toBe(0);
    const list = await fetch(`${listening.url}/list`);
    expect([list.status, list.headers.get('content-type'), list.headers.get('etag')]).toEqual([203, 'application/json', '"2"']);
    expect(await list.json()).toEqual({ items: [text] });
    expect(await (await fetch(`${listening.url}/promised`)).json()).toEqual({ items: [text] });
    expect((await send('GET', '/list')).body).toEqual({ items: [text] });
  });

  test('need no room for HEAD and 304', async () => {
    const head = await fetch(`${listening.url}/picture`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.byteLength)]);
    const known = await fetch(`${listening.url}/picture`, { headers: { 'if-none-match': '"1"' } });
    expect([known.status, known.headers.get('content-type'), await known.text()]).toEqual([304, null, '']);
    for (let each = 0; each < 20; each += 1) {
      await fetch(`${listening.url}/picture`, { headers: { 'if-none-match': '"1"' } });
      await fetch(`${listening.url}/picture`, { method: 'HEAD' });
      expect((await fetch(`${listening.url}/refused`)).status).toBe(500);
    }
    expect(asked.withRoom).toBe(20);
  });

  test('may be read part by part: of an answer that nobody reads, only the parts that the kernel takes are read', async () => {
    const whole = await (await fetch(`${listening.url}/film`)).bytes();
    expect([whole.byteLength, whole[0], whole.at(-1), asked.parts]).toEqual([40 * MIB, 0, 39, 40]);
    asked.parts = 0;
    for (let each = 0; each < 5; each += 1) unread('/film');
    await until('they have begun', () => asked.parts >= 5);
    expect((await fetch(`${listening.url}/film`, { method: 'HEAD' })).headers.get('content-length')).toBe(String(40 * MIB));
    expect(asked.parts).toBeLessThan(100);
    for (const socket of sockets.splice(0)) socket.destroy();
    await until('there is room for two again', async () => {
      const two = await Promise.all([fetch(`${listening.url}/picture`), fetch(`${listening.url}/picture`)]);
      await Promise.all(two.map(async (answer) => answer.bytes()));
      return two.every(({ ok }) => ok);
    });
    expect(logged()).not.toContain('an answer broke off');
  });

  test('that break off are logged, and their connection ends', async () => {
    for (let each = 0; each < 3; each += 1) {
      const broken = await fetch(`${listening.url}/broken`);
      expect(await broken.bytes().catch(() => 'broken off')).toBe('broken off');
    }
    expect(logged()).toContain('an answer broke off');
  });

  test('that are not read are limited to two per address; short ones go on, and room is free again when they are abandoned', async () => {
    for (let each = 0; each < 40; each += 1) unread('/picture');
    await until('the room is used up', async () => (await fetch(`${listening.url}/picture`)).status === 429);
    const refused = await read(await fetch(`${listening.url}/picture`));
    expect([codeOf(refused), refused.headers.get('retry-after')]).toEqual(['too-many-requests', '2']);
    expect((await fetch(`${listening.url}/livez`)).status).toBe(200);
    for (const socket of sockets.splice(0)) socket.destroy();
    await until('there is room again', async () => (await fetch(`${listening.url}/picture`)).status === 200);
  });
});
