import { describe, expect, test } from 'bun:test';
import { obeyIfMatch, requireIfMatch } from '../../src/web/app/conditional-requests.ts';
import { router } from '../../src/web/app/router.ts';
import { bearer, codeOf, CUP_ID, problemOf, shop } from './shop.ts';

const sink = router()
  .delete('/sinks/:id', ({ request }) => {
    obeyIfMatch(request, '"7"');
    return new Response(null, { status: 204 });
  }, { refuses: ['precondition-failed'] })
  .patch('/sinks/:id', ({ request }) => {
    requireIfMatch(request, 7);
    return 'done';
  }, { refuses: ['precondition-required', 'precondition-failed'] });
const { send: sendToSink } = shop({ routes: [sink] });
const { send } = shop();
const path = `/cups/${CUP_ID}`;
const staff = await bearer('staff');

describe('If-None-Match', () => {
  test('a read carries its tag', async () => {
    const answer = await send('GET', path);
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"3"']);
  });

  test.each(['"3"', 'W/"3"', '"1", "3"', '*'])('%s: answered 304', async (tag) => {
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

describe('If-Match where it is optional', () => {
  const remove = (tag?: string) => sendToSink('DELETE', '/sinks/1', { headers: tag === undefined ? {} : { 'if-match': tag } });
  const change = (tag: string) => sendToSink('PATCH', '/sinks/1', { headers: { 'if-match': tag } });

  test.each([undefined, '*', ' * ', '"7"', '"1", "7"', '"a,b","7"', ', "7" ,', 'W/"7", "7"'])('%p: the change is made', async (tag) => {
    expect((await remove(tag)).status).toBe(204);
    if (tag !== undefined) expect((await change(tag)).status).toBe(200);
  });

  test.each(['"6"', '"77"', 'W/"7"', '"1", "2"', '"7,7"', '"stale"'])('%s is stale: 412 with the current tag', async (tag) => {
    for (const answer of [await remove(tag), await change(tag)]) {
      expect([answer.status, codeOf(answer), answer.headers.get('etag')]).toEqual([412, 'precondition-failed', '"7"']);
      expect(problemOf(answer).detail).toBe('The tag is now "7", and If-Match does not name it: read the resource again, then decide.');
    }
  });

  test.each(['', ' ', '7', '"7', '7"', '"7" "7"', '"7"; q=1', '*, "7"', '"7", *', 'w/"7"', '"7", 8', "'7'", '"7"x'])('%p cannot be read, so it names no tag: 412', async (tag) => {
    for (const answer of [await remove(tag), await change(tag)]) {
      expect([answer.status, answer.headers.get('etag')]).toEqual([412, '"7"']);
      expect(problemOf(answer).detail).toBe('If-Match cannot be read: send the ETag as it came, in its quotes, such as "7", or *.');
    }
  });

  test('is in the OpenAPI document, with its 412', async () => {
    const { body } = await sendToSink('GET', '/openapi.json');
    const named = (required: boolean) => expect.objectContaining({ name: 'If-Match', in: 'header', required });
    expect(body).toMatchObject({
      paths: {
        '/sinks/{id}': {
          delete: { parameters: expect.arrayContaining([named(false)]), responses: { 412: {} } },
          patch: { parameters: expect.arrayContaining([named(true)]), responses: { 412: {}, 428: {} } },
        },
      },
    });
  });
});
