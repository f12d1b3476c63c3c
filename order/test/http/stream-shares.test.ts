import { expect, test } from 'bun:test';
import { Problem } from '@souk/chassis/web/problems/problem';
import { OrderStreams } from '../../src/http/order-streams.ts';

/** Opens a stream for somebody new unless told who it is; answers it, or the refusal. */
function reading(streams: OrderStreams) {
  return async ({ userId = Bun.randomUUIDv7(), address = '192.0.2.1' } = {}): Promise<Response | Problem> => {
    const standing = { id: Bun.randomUUIDv7(), version: 1, paymentStatus: 'none' } as const;
    const principal = { userId, sessionId: Bun.randomUUIDv7(), roles: [], generation: 1 };
    return streams.open({ standing, principal, address, after: 0 }).catch((error: unknown) => {
      if (error instanceof Problem) return error;
      throw error;
    });
  };
}

test('a user has 10 streams at most, an address 50, others are not affected; a closed one makes room', async () => {
  const reads = { standings: async () => [], histories: async () => new Map() };
  const streams = new OrderStreams({ reads, hasEnded: () => false, report: () => expect.unreachable() });
  const read = reading(streams);
  const userId = Bun.randomUUIDv7();
  for (let each = 0; each < 10; each += 1) expect(await read({ userId })).toBeInstanceOf(Response);
  const own = await read({ userId, address: '192.0.2.2' });
  expect(own).toMatchObject({ code: 'too-many-requests', message: 'You read 10 streams already: close one, or ask for the order instead.' });
  const last = await Array.fromAsync({ length: 40 }, async () => read()).then((opened) => opened.at(-1));
  const near = await read();
  expect(near).toMatchObject({ code: 'too-many-requests', message: 'Your address reads 50 streams already: close one, or ask for the order instead.' });
  expect(near instanceof Problem && near.details.headers).toEqual({ 'retry-after': '5' });
  expect(await read({ address: '192.0.2.2' })).toBeInstanceOf(Response);
  if (last instanceof Response) await last.body?.cancel();
  expect(await read()).toBeInstanceOf(Response);
  await streams.close();
});

test('a hundred accounts at one address leave 950 of a thousand streams to others', async () => {
  const reads = { standings: async () => [], histories: async () => new Map() };
  const streams = new OrderStreams({ reads, hasEnded: () => false, report: () => expect.unreachable() });
  const read = reading(streams);
  const accounts = Array.from({ length: 100 }, () => Bun.randomUUIDv7());
  for (const userId of accounts) for (let each = 0; each < 10; each += 1) await read({ userId });
  expect(streams.size).toBe(50);
  expect(await read({ address: '192.0.2.9' })).toBeInstanceOf(Response);
  await streams.close();
});
