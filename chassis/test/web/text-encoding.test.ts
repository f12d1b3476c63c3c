import { closed } from '@souk/contracts/schema';
import { Type } from '@sinclair/typebox';
import { describe, expect, test } from 'bun:test';
import { formOf, rawBodyOf } from '../../src/web/bodies/raw-body.ts';
import { router } from '../../src/web/app/router.ts';
import { type Answer, codeOf, problemOf, read, shop } from './shop.ts';

const Word = closed({ word: Type.String() });
const TYPES = ['application/json', 'text/plain', 'image/png', 'multipart/form-data'];
const routes = router()
  .post('/words', ({ body }) => body, { body: Word })
  .get('/words', ({ query }) => query, { query: Type.Object({ q: Type.Optional(Type.String()), n: Type.Optional(Type.Array(Type.String())) }) })
  .get('/words/:word', ({ params }) => params, { params: closed({ word: Type.String({ pattern: '^[a-zü]+$' }) }) })
  .post('/raw', ({ request }) => ({ bytes: rawBodyOf(request).byteLength }), { rawBody: { maxBytes: 1000, types: TYPES } })
  .post('/form', async ({ request }) => ({ alt: (await formOf(request)).get('alt') }), { rawBody: { maxBytes: 4000, types: TYPES } });
const { app, send } = shop({ routes: [routes] });

type Bytes = Uint8Array<ArrayBuffer>;
const bytesOf = (text: string, encoding: BufferEncoding): Bytes => new Uint8Array(Buffer.from(text, encoding));

async function post(path: string, body: Bytes | string | ReadableStream, headers: Record<string, string> = {}): Promise<Answer> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  return read(await app.handle(new Request(`http://localhost${path}`, init)));
}

const MUELLER = '{"word":"M\u00fcller"}';
const NOT_UTF_8: readonly (readonly [string, Bytes])[] = [
  ['Latin-1', bytesOf(MUELLER, 'latin1')],
  ['UTF-16', bytesOf(`\ufeff${MUELLER}`, 'utf16le')],
  ['half a letter', bytesOf(MUELLER, 'utf8').slice(0, 11)],
  ['an overlong form', bytesOf('{"word":"\xc0\xaf"}', 'latin1')],
  ['half a surrogate pair', bytesOf('{"word":"\xed\xa0\x80"}', 'latin1')],
  ['beyond Unicode', bytesOf('{"word":"\xf4\x90\x80\x80"}', 'latin1')],
];

describe('a body that is not UTF-8', () => {
  test.each(NOT_UTF_8)('%s is 400, of known and of unknown length, and on a route that takes raw bytes', async (_, bytes) => {
    for (const path of ['/words', '/raw']) {
      for (const body of [bytes, new Blob([bytes]).stream()]) {
        const answer = await post(path, body);
        expect([answer.status, codeOf(answer)]).toEqual([400, 'malformed-text']);
        expect(problemOf(answer).detail).toBe('The body is not UTF-8: send its text in UTF-8.');
      }
    }
  });

  test('raw bytes of a type that is not text may be any', async () => {
    expect(await post('/raw', bytesOf(MUELLER, 'latin1'), { 'content-type': 'image/png' })).toMatchObject({ status: 200 });
  });

  test('every letter of Unicode is accepted, with and without a byte order mark', async () => {
    for (const word of ['M\u00fcller', 'フル', '😀', '\ufffd', 'e\u0301']) {
      expect((await post('/words', JSON.stringify({ word }))).body).toEqual({ word });
      expect((await post('/words', bytesOf(`\ufeff${JSON.stringify({ word })}`, 'utf8'))).body).toEqual({ word });
    }
  });
});

describe('a charset', () => {
  const types = (charset: string) => ['application/json', 'application/merge-patch+json'].map((type) => `${type}; charset=${charset}`);

  test.each(['iso-8859-1', 'ISO-8859-15', 'windows-1252', 'utf-16', '"latin1"', 'us-ascii', 'x'])('%s is 415', async (charset) => {
    for (const type of types(charset)) {
      const answer = await post('/words', '{"word":"a"}', { 'content-type': type });
      expect([answer.status, codeOf(answer)]).toEqual([415, 'unsupported-media-type']);
      expect(problemOf(answer).detail).toBe('Send text in UTF-8, in no other charset.');
    }
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      expect((await post('/raw', 'a', { 'content-type': `${type};charset=${charset}` })).status).toBe(415);
    }
  });

  test('is found wherever it stands among the parameters', async () => {
    for (const parameters of ['; a=b; charset=latin1', '; charset=utf-8; charset=latin1', ' ;CHARSET = "latin1"', '; a="x;y"; charset=latin1']) {
      expect((await post('/words', '{"word":"a"}', { 'content-type': `application/json${parameters}` })).status).toBe(415);
    }
    expect((await post('/words', '{"word":"a"}', { 'content-type': 'application/json; a="; charset=latin1"' })).status).toBe(200);
  });

  test.each(['utf-8', 'UTF-8', '"utf-8"', 'utf8'])('%s is accepted', async (charset) => {
    for (const type of types(charset)) expect((await post('/words', MUELLER, { 'content-type': type })).status).toBe(200);
    expect((await post('/raw', MUELLER, { 'content-type': `application/json;charset=${charset}` })).status).toBe(200);
  });

  test('is ignored for types that are not text', async () => {
    expect((await post('/raw', 'a', { 'content-type': 'image/png; charset=binary' })).status).toBe(200);
  });
});

describe('a Content-Encoding', () => {
  test.each(['gzip', 'br', 'deflate', 'zstd', 'GZIP', 'identity, gzip', 'made-up'])('%s is 415, and the answer says what is accepted', async (encoding) => {
    for (const body of [Bun.gzipSync(MUELLER), new Blob([MUELLER]).stream()]) {
      for (const path of ['/words', '/raw']) {
        const answer = await post(path, path === '/words' ? new Blob([MUELLER]).stream() : body, { 'content-encoding': encoding });
        expect([answer.status, codeOf(answer), answer.headers.get('accept-encoding')]).toEqual([415, 'unsupported-media-type', 'identity']);
        expect(problemOf(answer).detail).toBe('Send the body as it is, without a Content-Encoding.');
      }
    }
  });

  test('is accepted as identity, and ignored without a body', async () => {
    for (const encoding of ['identity', 'Identity', '']) {
      expect((await post('/words', MUELLER, { 'content-encoding': encoding })).status).toBe(200);
    }
    expect((await send('POST', '/raw', { headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
  });
});

describe('the parts of a form', () => {
  const part = (boundary: string) => `--${boundary}\r\nContent-Disposition: form-data; name="alt"\r\n\r\nx\r\n`;
  const form = (count: number, boundary: string) => `${part(boundary).repeat(count)}--${boundary}--\r\n`;
  const sent = (body: string, type: string) => post('/form', body, { 'content-type': `multipart/form-data; ${type}` });

  test.each(['boundary=b', 'Boundary="b"; charset=utf-8', 'x=1;boundary=b', 'boundary="=b=="', "boundary=-'b:/?+"])('are limited to 20, and are counted before the form is parsed (%s)', async (type) => {
    const [, boundary = ''] = /boundary="?([^";]+)/i.exec(type) ?? [];
    expect(await sent(form(20, boundary), type)).toMatchObject({ status: 200, body: { alt: 'x' } });
    expect(problemOf(await sent(form(21, boundary), type)).errors).toEqual([{ pointer: '', detail: 'has more than 20 parts' }]);
  });

  test.each(['boundary=', 'boundary="a;b"', 'other=b', `boundary=${'b'.repeat(71)}`])('need a boundary that counter and parser read alike (%s)', async (type) => {
    expect(problemOf(await sent(form(1, 'b'), type)).errors).toEqual([{ pointer: '', detail: 'is not a form that can be read' }]);
  });

  test('are separated by one boundary alone', async () => {
    expect(codeOf(await sent(form(2, 'b'), 'boundary=a; boundary=b'))).toBe('validation');
    expect(await sent(form(2, 'b'), 'x=";boundary=a"; boundary=b')).toMatchObject({ status: 200 });
  });
});

describe('a form', () => {
  const boundary = 'edge';
  const form = (word: Bytes, headers = '') =>
    new Uint8Array(Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="alt"\r\n${headers}\r\n`),
      word,
      Buffer.from(`\r\n--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n\xff\xfe\r\n--${boundary}--\r\n`, 'latin1'),
    ]));
  const sent = (body: Bytes) => post('/form', body, { 'content-type': `multipart/form-data; boundary=${boundary}` });

  test('has text in UTF-8, and files of any bytes', async () => {
    expect(await sent(form(bytesOf('M\u00fcller', 'utf8')))).toMatchObject({ status: 200, body: { alt: 'M\u00fcller' } });
  });

  test.each(['', 'Content-Type: text/plain; charset=iso-8859-1\r\n'])('with other text is 400, with the field\'s name: %p', async (headers) => {
    const answer = await sent(form(bytesOf('M\u00fcller', 'latin1'), headers));
    expect([codeOf(answer), problemOf(answer).detail]).toEqual(['malformed-text', 'The form field alt is not UTF-8: send its text in UTF-8.']);
  });
});

describe('a query', () => {
  test.each(['%fc', '%FF', '%zz', '%', '%4', 'a%', '%ED%A0%80', '%C0%AF', '%EF%BF%BD', 'M%FCller', '%u00fc'])('q=%s is 400, with the parameter\'s name', async (q) => {
    for (const query of [`q=${q}`, `%71=${q}`, `n=a&n=b&q=${q}`, `x=1&q=${q}#`]) {
      const answer = await send('GET', `/words?${query}`);
      expect([query, answer.status, codeOf(answer)]).toEqual([query, 400, 'malformed-text']);
      expect(problemOf(answer).detail).toBe('The query parameter q is not percent-encoded UTF-8: send its text in that form.');
    }
  });

  test('is read in UTF-8, and unread parameters are not checked', async () => {
    expect((await send('GET', '/words?q=M%C3%BCller+%F0%9F%98%80%25zz&n=%2525')).body).toEqual({ q: 'M\u00fcller 😀%zz', n: ['%25'] });
    expect((await send('GET', '/words?q=a&other=%FF&%FF=a&%zz')).body).toEqual({ q: 'a' });
  });
});

test.each(['%fc', '%zz', '%', 'm%FCller', '%EF%BF%BD'])('a path with %s is 404', async (word) => {
  expect(codeOf(await send('GET', `/words/${word}`))).toBe('not-found');
  expect((await send('GET', '/words/m%C3%BCller')).body).toEqual({ word: 'm\u00fcller' });
});

test('refusals of encodings keep the order of all refusals: 413, 415, 400, 401', async () => {
  const latin1 = bytesOf(MUELLER, 'latin1');
  const guarded = router().post('/guarded', () => 'x', { signedIn: true, body: Word, query: Type.Object({ q: Type.Optional(Type.String()) }) });
  const { app: own } = shop({ routes: [guarded] });
  const asked = async (body: Bytes, headers: Record<string, string> = {}, query = '') => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
    return codeOf(await read(await own.handle(new Request(`http://localhost/guarded${query}`, init))));
  };
  expect(await asked(latin1, { 'content-encoding': 'gzip', 'content-length': '99999' })).toBe('payload-too-large');
  expect(await asked(latin1, { 'content-encoding': 'gzip' })).toBe('unsupported-media-type');
  expect(await asked(latin1)).toBe('malformed-text');
  expect(await asked(bytesOf(MUELLER, 'utf8'), {}, '?q=%ff')).toBe('malformed-text');
  expect(await asked(bytesOf(MUELLER, 'utf8'))).toBe('unauthenticated');
});
