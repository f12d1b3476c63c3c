import { afterEach, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { Socket } from 'bun';
import { answerReader, AnswerError, type HttpAnswer } from '../src/tools/bench/load/answer-reader.ts';
import { type ConnectionOptions, connections, type Connections, type Told } from '../src/tools/bench/load/connections.ts';

interface Seen {
  readonly status: number;
  readonly body: string;
  readonly closes: boolean;
  readonly retryAfter: string | undefined;
}

const seen = ({ status, body, closes, header }: HttpAnswer): Seen => ({ status, body: body.toString(), closes, retryAfter: header('retry-after') });

/** Three answers on one connection: by length, one that is on the way first, in chunks with a trailer, and one without a body. */
const THREE = Buffer.from(
  [
    'HTTP/1.1 202 Accepted\r\nContent-Length: 13\r\n\r\n{"id":"äö"}',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\nretry-AFTER:  7 \r\n\r\n3;note=x\r\nabc\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nTrailer: x\r\n\r\n',
    'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n',
  ].join(''),
);
const AS_READ: readonly Seen[] = [
  { status: 202, body: '{"id":"äö"}', closes: false, retryAfter: undefined },
  { status: 503, body: 'abcabcdefghijklmnopqrstuvwxyz', closes: false, retryAfter: '7' },
  { status: 204, body: '', closes: true, retryAfter: undefined },
];

function readIn(parts: readonly Buffer[]): Seen[] {
  const answers: Seen[] = [];
  const reader = answerReader((answer) => answers.push(seen(answer)));
  for (const part of parts) reader.push(part);
  expect(reader.end()).toBe(true);
  return answers;
}

describe('an answer', () => {
  test('is read whole, wherever its bytes are cut', () => {
    for (let at = 0; at <= THREE.byteLength; at += 1) expect(readIn([THREE.subarray(0, at), THREE.subarray(at)])).toEqual([...AS_READ]);
  });

  test('is read byte by byte', () => {
    expect(readIn([...THREE].map((byte) => Buffer.from([byte])))).toEqual([...AS_READ]);
  });

  test('without a length ends with its connection; one that is cut off does not count', () => {
    const answers: Seen[] = [];
    const reader = answerReader((answer) => answers.push(seen(answer)));
    reader.push(Buffer.from('HTTP/1.1 200 OK\r\n\r\nto the '));
    reader.push(Buffer.from('end'));
    expect(reader.end()).toBe(true);
    expect(answers).toEqual([{ status: 200, body: 'to the end', closes: true, retryAfter: undefined }]);
    reader.push(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'));
    expect(reader.end()).toBe(false);
    expect(answers.length).toBe(1);
  });

  test.each([
    ['of another version', 'HTTP/1.0 200 OK\r\n\r\n'],
    ['without a status', 'nonsense\r\n\r\n'],
    ['with a length below zero', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['with a chunk of no size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    ['whose head has no end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`],
  ])('%s is none', (_what, text) => {
    expect(() => answerReader(() => undefined).push(Buffer.from(text))).toThrow(AnswerError);
  });
});

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that does with each connection's bytes as it likes. */
function server(data: (socket: Socket, bytes: Buffer) => void, open: () => void = () => undefined): string {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { open, data } });
  closing.push(() => listener.stop(true));
  return `http://127.0.0.1:${listener.port}`;
}

function clientOf(options: ConnectionOptions): Connections {
  const client = connections(options);
  closing.push(client.close);
  return client;
}

const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const ask = (client: Connections): Promise<Told> => new Promise((resolve) => client.send(REQUEST, resolve));
const statusOf = (told: Told): number | string => (told.kind === 'answered' ? told.answer.status : told.kind);
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';

describe('connections', () => {
  test('stay open, two thousand at a time, while nobody answers', async () => {
    let taken = 0;
    let asked = 0;
    const url = server(
      () => (asked += 1),
      () => (taken += 1),
    );
    const client = clientOf({ url });
    for (let i = 0; i < 2000; i += 1) client.send(REQUEST, () => undefined);
    await until('2,000 requests at the server', () => asked === 2000, 30_000);
    expect({ taken, open: client.open, most: client.most, heldBack: client.heldBack }).toEqual({ taken: 2000, open: 2000, most: 2000, heldBack: 0 });
  }, 40_000);

  test('are reused after an answer', async () => {
    let taken = 0;
    const url = server(
      (socket) => void socket.write(OK),
      () => (taken += 1),
    );
    const client = clientOf({ url });
    for (let i = 0; i < 20; i += 1) expect(statusOf(await ask(client))).toBe(200);
    expect(taken).toBe(1);
  });

  test('are not reused when the server forbids it or closes them', async () => {
    let taken = 0;
    const url = server(
      (socket) => void (taken % 2 === 0 ? socket.end(OK) : socket.write(OK.replace('\r\n', '\r\nconnection: close\r\n'))),
      () => (taken += 1),
    );
    const client = clientOf({ url });
    for (let i = 0; i < 6; i += 1) {
      expect(statusOf(await ask(client))).toBe(200);
      await until('the connection to be gone', () => client.open === 0);
    }
    expect(taken).toBe(6);
  });

  test('distinguish requests without an answer from requests that were never sent', async () => {
    const url = server((socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhal'));
    expect(statusOf(await ask(clientOf({ url })))).toBe('unanswered');
    closing.splice(0).forEach((close) => close());
    expect(statusOf(await ask(clientOf({ url })))).toBe('unsent');
  });

  test('wait no longer than their limit, and cut nothing off', async () => {
    const sockets: Socket[] = [];
    const url = server((socket) => void sockets.push(socket));
    const client = clientOf({ url, answerLimitMs: 100 });
    expect(statusOf(await ask(client))).toBe('unanswered');
    expect(client.open).toBe(1);
    sockets[0]?.write(OK);
    await until('the connection that was given up to be gone', () => client.open === 0);
  });

  test('keep to their bound, and count the requests that had to wait', async () => {
    const url = server((socket) => void socket.write(OK));
    const client = clientOf({ url, bound: 3 });
    const all = await Promise.all(Array.from({ length: 50 }, () => ask(client)));
    expect(all.map(statusOf)).toEqual(Array.from({ length: 50 }, () => 200));
    expect({ most: client.most, heldBack: client.heldBack }).toEqual({ most: 3, heldBack: 47 });
  });

  test('send a request that the kernel takes in pieces', async () => {
    let bytes = 0;
    const large = 8_000_000;
    const url = server((socket, part) => {
      bytes += part.byteLength;
      if (bytes === large) socket.write(OK);
    });
    const client = clientOf({ url });
    const told = await new Promise<Told>((resolve) => client.send('x'.repeat(large), resolve));
    expect([statusOf(told), bytes]).toEqual([200, large]);
  });
});
