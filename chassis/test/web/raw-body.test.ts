import { describe, expect, test } from 'bun:test';
import { Type } from '@sinclair/typebox';
import { rawBodyOf } from '../../src/web/bodies/raw-body.ts';
import { router } from '../../src/web/app/router.ts';
import { until } from '../../src/testing/until.ts';
import { type Answer, bearer, codeOf, read, shop } from './shop.ts';

const routes = router().post('/letters', ({ request }) => ({ hex: Buffer.from(rawBodyOf(request)).toString('hex') }), {
  rawBody: { maxBytes: 8, types: ['application/json', 'image/png'] },
});
const { app, send } = shop({ routes: [routes] });

async function post(body: NonNullable<RequestInit['body']>, type = 'application/json'): Promise<Answer> {
  const headers = { 'content-type': type };
  return read(await app.handle(new Request('http://localhost/letters', { method: 'POST', headers, body })));
}

test('a raw body arrives unchanged, whether or not it is JSON', async () => {
  expect(await post('{"a" :')).toMatchObject({ status: 200, body: { hex: '7b226122203a' } });
  const bytes = new Uint8Array([0, 255, 137, 80]);
  expect(await post(bytes, 'Image/PNG; x=1')).toMatchObject({ status: 200, body: { hex: '00ff8950' } });
  expect(await send('POST', '/letters')).toMatchObject({ status: 200, body: { hex: '' } });
});

test('a raw body that is too long is 413, by its declared length or by count, and another type is 415', async () => {
  const tooLong = { status: 413, body: { type: 'urn:souk:problem:payload-too-large' } };
  expect(await post('123456789')).toMatchObject(tooLong);
  expect(await post(new Blob(['12345', '67890']).stream())).toMatchObject(tooLong);
  expect((await post('12345678')).status).toBe(200);
  expect(await post('{}', 'text/plain')).toMatchObject({ status: 415 });
});

test('the OpenAPI document has its types, and no JSON schema', async () => {
  const { body } = await send('GET', '/openapi.json');
  expect(body).toMatchObject({
    paths: { '/letters': { post: { requestBody: { required: true, content: { 'application/json': {}, 'image/png': {} } } } } },
  });
  expect(body).toMatchObject({ paths: { '/letters': { post: { responses: { 413: {}, 415: {}, 503: {} } } } } });
});

describe('a raw body on a route that needs a sign-in', () => {
  const guarded = router()
    .post('/parcels', () => ({ ok: true }), { role: 'staff', rawBody: { maxBytes: 8, types: ['image/png'] } })
    .post('/notes', () => ({ ok: true }), { signedIn: true, rawBody: { maxBytes: 8, types: ['image/png'] } });
  const service = shop({ routes: [guarded] });

  async function sent(path: string, headers: Record<string, string> = {}): Promise<{ answer: Answer; isRead: boolean }> {
    let isRead = false;
    const pull = (controller: ReadableStreamDefaultController) => {
      isRead = true;
      controller.enqueue(new Uint8Array(4));
      controller.close();
    };
    const body = new ReadableStream({ pull }, { highWaterMark: 0 });
    const init = { method: 'POST', headers: { 'content-type': 'image/png', ...headers }, body };
    const answer = await read(await service.app.handle(new Request(`http://localhost${path}`, init)));
    return { answer, isRead };
  }

  test('is read once the caller is signed in, and not before', async () => {
    for (const path of ['/parcels', '/notes']) {
      for (const headers of [{}, { authorization: 'Bearer a.b.c' }]) {
        const { answer, isRead } = await sent(path, headers);
        expect([path, codeOf(answer), isRead]).toEqual([path, 'unauthenticated', false]);
      }
    }
    const customer = await sent('/parcels', await bearer());
    expect([codeOf(customer.answer), customer.isRead]).toEqual(['forbidden', false]);
    const staff = await sent('/parcels', await bearer('staff'));
    expect([staff.answer.status, staff.isRead]).toEqual([200, true]);
    expect((await sent('/notes', await bearer())).answer.status).toBe(200);
  });

  test('is refused by its headers before the caller is authenticated', async () => {
    expect(codeOf((await sent('/parcels', { 'content-length': '9' })).answer)).toBe('payload-too-large');
    expect(codeOf((await sent('/parcels', { 'content-length': '4', 'content-type': 'text/plain' })).answer)).toBe('unsupported-media-type');
  });
});

test('a body keeps its room until its request is answered, also a JSON body', async () => {
  const answer = Promise.withResolvers<object>();
  let arrived = 0;
  const arrive = () => {
    arrived += 1;
    return answer.promise;
  };
  const slow = router()
    .post('/films', arrive, { rawBody: { maxBytes: 20 * 1024 ** 2, types: ['video/mp4'] } })
    .post('/words', arrive, { body: Type.Object({ text: Type.String() }, { additionalProperties: false }) });
  const { app: cinema } = shop({ routes: [slow] });
  const show = (path: string, type: string, body: string | Uint8Array<ArrayBuffer>) =>
    cinema.handle(new Request(`http://localhost${path}`, { method: 'POST', headers: { 'content-type': type, 'content-length': String(body.length) }, body }));
  const text = JSON.stringify({ text: 'x'.repeat(60_000) });
  const waiting = [show('/films', 'video/mp4', new Uint8Array(20 * 1024 ** 2))];
  for (let each = 0; each < 52; each += 1) waiting.push(show('/words', 'application/json', text));
  await until('all are read', () => arrived === waiting.length);
  const refused = [await read(await show('/films', 'video/mp4', new Uint8Array(13 * 1024 ** 2))), await read(await show('/words', 'application/json', text))];
  expect(refused.map((each) => [codeOf(each), each.headers.get('retry-after')])).toEqual([['overloaded', '1'], ['overloaded', '1']]);
  answer.resolve({ ok: true });
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([200]));
  expect((await show('/words', 'application/json', text)).status).toBe(200);
});

test('only a limited number of bytes of raw bodies is read at once; the next caller is asked to come back', async () => {
  const big = router().post('/films', () => ({ ok: true }), { rawBody: { maxBytes: 20 * 1024 ** 2, types: ['video/mp4'] } });
  const { app: cinema } = shop({ routes: [big] });
  const headers = { 'content-type': 'video/mp4' };
  const begin = () => {
    const { readable, writable } = new TransformStream<Uint8Array>();
    const answered = cinema.handle(new Request('http://localhost/films', { method: 'POST', headers, body: readable }));
    return { answered, writer: writable.getWriter() };
  };
  const first = begin();
  await first.writer.write(new Uint8Array(1));
  const refused = await read(await begin().answered);
  expect([codeOf(refused), refused.headers.get('retry-after')]).toEqual(['overloaded', '1']);
  const small = new Request('http://localhost/films', { method: 'POST', headers: { ...headers, 'content-length': '4' }, body: 'film' });
  expect((await cinema.handle(small)).status).toBe(200);
  await first.writer.close();
  expect((await first.answered).status).toBe(200);
  const last = begin();
  await last.writer.close();
  expect((await last.answered).status).toBe(200);
});
