import { expect, test } from 'bun:test';
import { rawBodyOf } from '../../src/http/raw-body.ts';
import { router } from '../../src/http/router.ts';
import { type Answer, read, shop } from './shop.ts';

const routes = router().post('/letters', ({ request }) => ({ hex: Buffer.from(rawBodyOf(request)).toString('hex') }), {
  rawBody: { maxBytes: 8, types: ['application/json', 'image/png'] },
});
const { app, send } = shop({ routes: [routes] });

async function post(body: NonNullable<RequestInit['body']>, type = 'application/json'): Promise<Answer> {
  const headers = { 'content-type': type };
  return read(await app.handle(new Request('http://localhost/letters', { method: 'POST', headers, body })));
}

test('a raw body comes byte by byte, whether or not it would be JSON', async () => {
  expect(await post('{"a" :')).toMatchObject({ status: 200, body: { hex: '7b226122203a' } });
  const bytes = new Uint8Array([0, 255, 137, 80]);
  expect(await post(bytes, 'Image/PNG; x=1')).toMatchObject({ status: 200, body: { hex: '00ff8950' } });
  expect(await send('POST', '/letters')).toMatchObject({ status: 200, body: { hex: '' } });
});

test('one that is too long is 413, said or counted, and another type is 415', async () => {
  const tooLong = { status: 413, body: { type: 'urn:souk:problem:payload-too-large' } };
  expect(await post('123456789')).toMatchObject(tooLong);
  expect(await post(new Blob(['12345', '67890']).stream())).toMatchObject(tooLong);
  expect((await post('12345678')).status).toBe(200);
  expect(await post('{}', 'text/plain')).toMatchObject({ status: 415 });
});

test('the document has the types it takes, and no JSON schema', async () => {
  const { body } = await send('GET', '/openapi.json');
  expect(body).toMatchObject({
    paths: { '/letters': { post: { requestBody: { required: true, content: { 'application/json': {}, 'image/png': {} } } } } },
  });
  expect(body).toMatchObject({ paths: { '/letters': { post: { responses: { 413: {}, 415: {}, 503: {} } } } } });
});
