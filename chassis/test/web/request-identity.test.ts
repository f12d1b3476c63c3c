import { answerRoom } from '../../src/web/app/long-answers.ts';
import { BODY_ROOM, bodyArrival, bodyRoom } from '../../src/web/bodies/body-limits.ts';
import { describe, expect, test } from 'bun:test';
import { beginRequest, causeOf } from '../../src/web/app/request-facts.ts';
import { bearer, CUP_ID, shop } from './shop.ts';

const { send, logged } = shop();

describe('X-Request-Id', () => {
  test('a safe one is echoed', async () => {
    const id = 'A-z_0.9'.padEnd(64, 'x');
    expect((await send('GET', '/livez', { headers: { 'x-request-id': id } })).headers.get('x-request-id')).toBe(id);
  });

  test.each(['has space', 'x'.repeat(65), 'semi;colon', ''])('%p is replaced', async (id) => {
    const given = (await send('GET', '/livez', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    expect(given).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('traceparent', () => {
  const valid = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  test.each([valid, `cc${valid.slice(2)}-later`])('%s is kept', async (traceparent) => {
    expect((await send('GET', '/livez', { headers: { traceparent } })).headers.get('traceparent')).toBe(traceparent);
  });

  test.each([
    '',
    'nonsense',
    valid.toUpperCase(),
    `ff${valid.slice(2)}`,
    `${valid}-x`,
    valid.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32)),
    valid.replace('00f067aa0ba902b7', '0'.repeat(16)),
  ])('%p begins a new trace', async (traceparent) => {
    const made = (await send('GET', '/livez', { headers: { traceparent } })).headers.get('traceparent');
    expect(made).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(made).not.toBe(traceparent);
  });

  test('no two requests begin the same trace', async () => {
    const traces = new Set<string | null>();
    for (let n = 0; n < 600; n += 1) traces.add((await send('GET', '/livez')).headers.get('traceparent'));
    expect(traces.size).toBe(600);
  });

  test('is passed on to the commands of the request', () => {
    const request = new Request('http://localhost/', { headers: { traceparent: valid } });
    const security = { tell: () => undefined, flush: () => undefined };
    const bodies = { arrival: bodyArrival(), room: bodyRoom(BODY_ROOM) };
    beginRequest(request, { answers: answerRoom({ failed: () => undefined }), authenticate: () => null, clientAddress: (connection) => connection, bodies, bodiesApart: bodies, security });
    expect(causeOf(request)).toEqual({ causationId: null, traceparent: valid });
  });
});

describe('the access log', () => {
  test('has one line per request that says who asked for what, without query, body or token', async () => {
    const headers = { ...(await bearer('staff')), 'x-request-id': 'logged-1' };
    await send('POST', `/cups/${CUP_ID}/wash?secret=1`, { body: { note: 'private' }, headers });
    const line =
      logged()
        .split('\n')
        .find((text) => text.includes('logged-1')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      msg: 'request',
      service: 'cups',
      method: 'POST',
      route: '/cups/:id/wash',
      path: `/cups/${CUP_ID}/wash`,
      status: 200,
      userId: expect.any(String),
    });
    expect(logged()).not.toMatch(/secret|private|eyJ/);
  });

  test('leaves out probes', async () => {
    await send('GET', '/livez', { headers: { 'x-request-id': 'probe-1' } });
    expect(logged()).not.toMatch(/probe-1/);
  });
});

describe('headers of every answer', () => {
  test('forbid guessing the type', async () => {
    for (const path of ['/livez', '/nowhere', '/crash']) {
      expect((await send('GET', path)).headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});
