import { describe, expect, test } from 'bun:test';
import { eventStreamReader, type StreamEvent } from '../../src/page/event-stream.ts';

describe('a stream of events', () => {
  test('is the same however it is cut into pieces', () => {
    const text = ': hello\n\nevent: committed\nid: order=a%3A1\ndata: {"n":1}\n\nid: order=a%3A2\r\ndata:one\r\ndata: two\r\n\r\n';
    const expected: StreamEvent[] = [{ event: 'committed', data: '{"n":1}' }, { event: 'message', data: 'one\ntwo' }];
    for (let size = 1; size <= text.length; size++) {
      const reader = eventStreamReader();
      const events: StreamEvent[] = [];
      for (let at = 0; at < text.length; at += size) events.push(...reader.feed(text.slice(at, at + size)));
      expect(events).toEqual(expected);
      expect(reader.lastId).toBe('order=a%3A2');
    }
  });

  test('is resumed after the last event that came whole', () => {
    const reader = eventStreamReader('order=1');
    reader.feed('id: order=2\ndata: whole\n\nid: order=3\ndata: cut o');
    expect(reader.lastId).toBe('order=2');
  });

  test('tells nothing for comments and for an id alone, which is kept', () => {
    const reader = eventStreamReader();
    expect(reader.feed(': still here\n\nid: order=9\n\n')).toEqual([]);
    expect(reader.lastId).toBe('order=9');
  });

  test('ends at an event that never does', () => {
    const reader = eventStreamReader();
    expect(() => { for (let n = 0; n < 50; n++) reader.feed(`data: ${'x'.repeat(100_000)}\n`); }).toThrow('too long');
  });
});
