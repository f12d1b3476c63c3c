import { describe, expect, test } from 'bun:test';
import { encodedEvent, eventStream } from '../../src/web/app/event-stream.ts';

describe('an event stream', () => {
  test('sends events and comments in the form that browsers read, and ends', async () => {
    let closed = 0;
    const stream = eventStream({ onClosed: () => (closed += 1) });
    stream.send({ name: 'status', id: '7', data: { text: 'a\nb' } });
    stream.comment();
    stream.close();
    stream.close();
    stream.send({ name: 'status', id: '8', data: {} });
    expect(await stream.response.text()).toBe('event: status\nid: 7\ndata: {"text":"a\\nb"}\n\n: \n\n');
    expect(closed).toBe(1);
  });

  test('reports once that its reader has left', async () => {
    let closed = 0;
    const stream = eventStream({ onClosed: () => (closed += 1) });
    await stream.response.body?.cancel();
    stream.comment();
    stream.close();
    expect(closed).toBe(1);
  });

  test('disconnects a reader that does not read', () => {
    let closed = 0;
    const stream = eventStream({ onClosed: () => (closed += 1) });
    for (let said = 0; said < 1000; said += 1) stream.comment();
    expect(closed).toBe(1);
  });

  test('disconnects a reader of large events sooner', () => {
    let closed = 0;
    const stream = eventStream({ onClosed: () => (closed += 1) });
    const large = encodedEvent({ name: 'committed', id: '1', data: { text: 'x'.repeat(64 * 1024) } });
    let written = 0;
    for (; !stream.isClosed; written += 1) stream.write(large);
    expect([written > 20, written < 30, closed]).toEqual([true, true, 1]);
  });

  test('says when its reader has taken everything, or has gone', async () => {
    const stream = eventStream({ onClosed: () => undefined });
    await stream.taken();
    stream.comment();
    let isTaken = false;
    const waiting = stream.taken().then(() => (isTaken = true));
    await Promise.resolve();
    expect(isTaken).toBe(false);
    const reader = stream.response.body?.getReader();
    await reader?.read();
    await waiting;
    stream.comment();
    stream.comment();
    const again = stream.taken();
    await reader?.cancel();
    await again;
  });
});
