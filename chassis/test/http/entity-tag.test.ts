import { describe, expect, test } from 'bun:test';
import { bearer, codeOf, CUP_ID, shop } from './shop.ts';

const { send } = shop();
const path = `/cups/${CUP_ID}`;
const staff = await bearer('staff');

describe('If-None-Match', () => {
  test('a read carries its tag', async () => {
    const answer = await send('GET', path);
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"3"']);
  });

  test.each(['"3"', 'W/"3"', '"1", "3"', '*'])('%s: the caller has it already', async (tag) => {
    const answer = await send('GET', path, { headers: { 'if-none-match': tag } });
    expect(answer).toMatchObject({ status: 304, text: '' });
    expect(answer.headers.get('etag')).toBe('"3"');
    expect(answer.headers.get('content-type')).toBeNull();
    expect(answer.headers.get('x-request-id')).not.toBeNull();
  });

  test.each(['"2"', '3', '"33"'])('%s: answered in full', async (tag) => {
    expect((await send('GET', path, { headers: { 'if-none-match': tag } })).status).toBe(200);
  });
});

describe('If-Match', () => {
  const change = (headers: Record<string, string>) =>
    send('PATCH', path, { body: { name: 'b' }, headers: { ...staff, ...headers } });

  test('is required', async () => {
    const answer = await change({});
    expect([answer.status, codeOf(answer)]).toEqual([428, 'precondition-required']);
  });

  test.each(['"2"', 'W/"3"', '3'])('%s is stale, and the current tag comes back', async (tag) => {
    const answer = await change({ 'if-match': tag });
    expect([answer.status, answer.headers.get('etag')]).toEqual([412, '"3"']);
  });

  test.each(['"3"', '"1", "3"', '*'])('%s fits', async (tag) => {
    expect((await change({ 'if-match': tag })).status).toBe(200);
  });
});
