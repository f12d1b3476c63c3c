import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test';
import { gif, jpeg, png, webp } from '@souk/chassis/testing/sample-images';
import type { Product, ProductImage } from '@souk/contracts/http/product';
import type { Problem } from '@souk/contracts/problem';
import { onEveryEngine } from './on-every-engine.ts';
import type { Caller, RunningCatalogue } from './running-catalogue.ts';

const UNKNOWN = '01980000-0000-7000-8000-000000000000';
const RAW = { 'content-type': 'application/octet-stream' };

type Reply = ProductImage & Problem;

onEveryEngine((runCatalogue) => {
  let shop: RunningCatalogue;
  beforeAll(async () => {
    shop = await runCatalogue();
  });
  afterAll(() => shop.close());

  async function upload(id: string, body: Buffer | FormData, headers: Record<string, string> = RAW, as: Caller = 'staff', query = '') {
    const answer = await shop.fetchAs(as, `/products/${id}/images${query}`, {
      method: 'POST',
      body,
      headers: body instanceof FormData && headers === RAW ? {} : headers,
    });
    const reply: Reply = JSON.parse(await answer.text());
    return { status: answer.status, headers: answer.headers, body: reply };
  }

  function form(field: string, bytes: Buffer): FormData {
    const made = new FormData();
    made.append(field, new Blob([new Uint8Array(bytes)], { type: 'text/html' }), 'picture.html');
    return made;
  }

  function withAlt(...alts: string[]): FormData {
    const made = form('file', png(1, 1));
    for (const alt of alts) made.append('alt', alt);
    return made;
  }

  async function productNow(id: string): Promise<Product> {
    return (await shop.send<Product>('GET', `/products/${id}`, { as: 'staff' })).body;
  }

  const change = (method: string, path: string, body?: unknown) =>
    shop.send<Reply>(method, path, { as: 'staff', body });

  describe('uploads', () => {
    test('keep the alt text from the query or from the form', async () => {
      const { id } = await shop.active();
      const alt = 'A teapot, “flambé” 🫖 & <cup>';
      const query = `?alt=${encodeURIComponent(alt)}`;
      const replies = [
        await upload(id, png(1, 1), RAW, 'staff', query),
        await upload(id, withAlt(alt)),
        await upload(id, withAlt(), RAW, 'staff', query),
        await upload(id, withAlt('its own'), RAW, 'staff', query),
      ];
      expect(replies.map(({ status, body }) => [status, body.alt])).toEqual([[201, alt], [201, alt], [201, alt], [201, 'its own']]);
      expect((await productNow(id)).images.map((image) => image.alt)).toEqual([alt, alt, alt, 'its own']);
    });

    test('422 for an alt text that breaks the rules for text, as in a JSON body', async () => {
      const { id } = await shop.active();
      const long = 'x'.repeat(501);
      for (const [body, pointer] of [[withAlt(long), '/alt'], [withAlt('a\0b'), '/alt'], [withAlt('one', 'two'), '/alt']] as const) {
        const reply = await upload(id, body);
        expect([reply.status, reply.body.errors?.map((error) => error.pointer)]).toEqual([422, [pointer]]);
      }
      for (const alt of [long, 'a%00b']) {
        const reply = await upload(id, png(1, 1), RAW, 'staff', `?alt=${alt}`);
        expect([reply.status, reply.body.errors?.map((error) => error.pointer)]).toEqual([422, ['?alt']]);
      }
      expect((await upload(id, withAlt('😀'.repeat(500)))).status).toBe(201);
      expect((await productNow(id)).images).toHaveLength(1);
    });

    test('with the same Idempotency-Key and another alt text are another request', async () => {
      const { id } = await shop.active();
      const headers = { ...RAW, 'idempotency-key': 'a-teapot' };
      const once = (alt: string) => upload(id, png(2, 2), headers, 'staff', `?alt=${alt}`);
      const [first, again, other] = [await once('red'), await once('red'), await once('blue')];
      expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
      expect(again.body).toEqual(first.body);
      expect((await productNow(id)).images).toHaveLength(1);
    });

    test.each([
      ['image/png', png(3, 4)],
      ['image/jpeg', jpeg(3, 4)],
      ['image/gif', gif(3, 4)],
      ['image/webp', webp('VP8X', 3, 4)],
    ] as const)('%s is recognised by its content, as a body and in a form', async (contentType, bytes) => {
      const { id } = await shop.active();
      for (const [position, body] of [bytes, form('file', bytes)].entries()) {
        const reply = await upload(id, body);
        expect(reply.status).toBe(201);
        expect(reply.body).toEqual({
          id: reply.body.id,
          url: `/products/${id}/images/${reply.body.id}`,
          alt: '',
          position,
          width: 3,
          height: 4,
          contentType,
        } as Reply);
        expect(reply.headers.get('location')).toBe(reply.body.url);
        const shown = await shop.fetchAs('anonymous', reply.body.url);
        expect([shown.status, shown.headers.get('content-type')]).toEqual([200, contentType]);
        expect(Buffer.from(await shown.arrayBuffer()).equals(bytes)).toBe(true);
      }
    });

    test.each([
      ['HTML that claims to be an image', Buffer.from('<html>'.repeat(99)), { 'content-type': 'image/png' }, 415, 'unsupported-media-type'],
      ['an empty body', Buffer.alloc(0), RAW, 415, 'unsupported-media-type'],
      ['half an image', png(5, 5).subarray(0, 40), RAW, 415, 'unsupported-media-type'],
      ['JSON', Buffer.from('{}'), { 'content-type': 'application/json' }, 415, 'unsupported-media-type'],
      ['an image bomb', png(60_000, 60_000), RAW, 413, 'image-too-large'],
      ['an image bomb in a frame', gif(1, 1, { width: 65_000, height: 65_000 }), RAW, 413, 'image-too-large'],
      ['more than 5 MB', Buffer.alloc(5 * 1024 * 1024 + 1), RAW, 413, 'image-too-large'],
      ['far more than 5 MB', Buffer.alloc(9 * 1024 * 1024), RAW, 413, 'payload-too-large'],
      ['a malformed form', Buffer.from('x'), { 'content-type': 'multipart/form-data; boundary=b' }, 422, 'validation'],
      ['a form without a boundary', Buffer.from('x'), { 'content-type': 'multipart/form-data' }, 422, 'validation'],
    ] as const)('refuses %s, and changes nothing', async (_, bytes, headers, status, code) => {
      const { id } = await shop.created();
      const reply = await upload(id, bytes, headers);
      expect([reply.status, reply.body.type]).toEqual([status, `urn:souk:problem:${code}`]);
      expect(await productNow(id)).toMatchObject({ images: [], version: 1 });
    });

    test('refuses forms with other fields, with two files, or with text in place of a file', async () => {
      const { id } = await shop.created();
      const two = form('file', png(1, 1));
      two.append('file', new Blob(['x']));
      const text = new FormData();
      text.append('file', 'text');
      for (const [body, pointer] of [[form('picture', png(1, 1)), '/picture'], [two, '/file'], [text, '/file']] as const) {
        const reply = await upload(id, body);
        expect([reply.status, reply.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
      }
    });

    test('takes 5 MB, and returns the same bytes', async () => {
      const { id } = await shop.active();
      const bytes = Buffer.concat([jpeg(9, 9), Buffer.alloc(5 * 1024 * 1024 - jpeg(9, 9).byteLength, 7)]);
      const { status, body } = await upload(id, bytes);
      expect(status).toBe(201);
      const shown = await shop.fetchAs('anonymous', body.url);
      expect(Buffer.from(await shown.arrayBuffer()).equals(bytes)).toBe(true);
    });

    test('takes at most twenty images for a product', async () => {
      const { id } = await shop.created();
      for (let count = 0; count < 20; count += 1) expect((await upload(id, png(1, 1))).status).toBe(201);
      expect((await upload(id, png(1, 1))).status).toBe(409);
      expect(await productNow(id)).toMatchObject({ version: 21 });
    });

    test('are worked on four at a time; callers beyond that are told to come back', async () => {
      const { id } = await shop.created();
      const replies = await Promise.all(Array.from({ length: 20 }, () => upload(id, png(1, 1))));
      const refused = replies.filter(({ status }) => status !== 201);
      expect(refused.length).toBeGreaterThan(0);
      for (const { status, headers, body } of refused) {
        expect([status, headers.get('retry-after'), body.type]).toEqual([503, '1', 'urn:souk:problem:overloaded']);
      }
      expect((await productNow(id)).images).toHaveLength(replies.length - refused.length);
      expect((await upload(id, png(1, 1))).status).toBe(201);
    });

    test('need the role staff and a product that exists', async () => {
      const { id } = await shop.created();
      expect((await upload(id, png(1, 1), RAW, 'anonymous')).status).toBe(401);
      expect((await upload(id, png(1, 1), RAW, 'customer')).status).toBe(403);
      expect((await upload(UNKNOWN, png(1, 1))).status).toBe(404);
    });

    test('add one image for one Idempotency-Key, which another image cannot use', async () => {
      const { id } = await shop.created();
      const headers = { ...RAW, 'idempotency-key': `image-${id}` };
      const [first, again] = [await upload(id, png(1, 1), headers), await upload(id, png(1, 1), headers)];
      expect([again.body.id, again.headers.get('idempotency-replayed')]).toEqual([first.body.id, 'true']);
      expect((await upload(id, png(2, 2), headers)).status).toBe(422);
      expect((await productNow(id)).images).toHaveLength(1);
    });
  });

  describe('the images of a product', () => {
    async function three() {
      const { id } = await shop.active();
      const made = [await upload(id, png(1, 1)), await upload(id, png(2, 2)), await upload(id, png(3, 3))];
      const [a, b, c] = made.map(({ body }) => body.url);
      if (a === undefined || b === undefined || c === undefined) throw new Error('three images');
      return { id, a, b, c };
    }
    const order = async (id: string) => (await productNow(id)).images.map(({ position, width }) => [position, width]);

    test('get an alt text and another position; the others make room', async () => {
      const { id, a, c } = await three();
      const { status, body } = await change('PATCH', c, { position: 0, alt: 'A pot' });
      expect([status, body.position, body.alt]).toEqual([200, 0, 'A pot']);
      expect(await order(id)).toEqual([[0, 3], [1, 1], [2, 2]]);
      await change('PATCH', a, { position: 2 });
      expect(await order(id)).toEqual([[0, 3], [1, 2], [2, 1]]);
      expect((await change('PATCH', a, { position: 3 })).body.errors?.[0]?.pointer).toBe('/position');
      expect((await change('PATCH', c, { alt: null })).body.alt).toBe('');
      const { version } = await productNow(id);
      await change('PATCH', c, { alt: null, position: 0 });
      expect((await productNow(id)).version).toBe(version);
    });

    test('are removed with their bytes', async () => {
      const { id, a } = await three();
      expect((await change('DELETE', a)).status).toBe(204);
      expect(await order(id)).toEqual([[0, 2], [1, 3]]);
      expect((await shop.fetchAs('anonymous', a)).status).toBe(404);
      expect(await shop.store.reads.imageSize(a.slice(a.lastIndexOf('/') + 1))).toBeUndefined();
      expect((await change('DELETE', a)).status).toBe(404);
      expect((await change('PATCH', a, { alt: 'x' })).status).toBe(404);
    });

    test('make a version at each change, and an event with the whole product but no bytes', async () => {
      const { id, b } = await three();
      await change('PATCH', b, { alt: 'Told' });
      await change('DELETE', b);
      const events = await shop.store.writing.readStream(id);
      expect(events.map(({ type }) => type)).toEqual(['product.created', ...Array.from({ length: 6 }, () => 'product.updated')]);
      expect(JSON.parse(events.at(-2)?.data ?? '')).toMatchObject({ version: 6, product: { images: [{}, { alt: 'Told' }, {}] } });
      expect(JSON.parse(events.at(-1)?.data ?? '')).toMatchObject({ product: await productNow(id) });
      expect(JSON.stringify(events.at(-1)).length).toBeLessThan(3000);
    });

    test('can be seen by whoever may see their product', async () => {
      const { id, a } = await three();
      const shown = await shop.fetchAs('anonymous', a);
      expect(shown.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
      expect(shown.headers.get('content-disposition')).toMatch(/^inline; filename="[0-9a-f-]{36}\.(png|gif|jpeg|webp)"$/);
      await change('POST', `/products/${id}/archive`);
      expect((await shop.fetchAs('anonymous', a)).status).toBe(404);
      const staff = await shop.fetchAs('staff', a);
      expect([staff.status, staff.headers.get('cache-control')]).toEqual([200, 'private, max-age=31536000, immutable']);
    });

    test('are not sent again to a caller who has them', async () => {
      const { a } = await three();
      const etag = (await shop.fetchAs('anonymous', a)).headers.get('etag') ?? '';
      const again = await shop.fetchAs('anonymous', a, { headers: { 'if-none-match': etag, range: 'bytes=0-1' } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    });

    test('are read as far as they are sent: not at all for a caller who has them or sends HEAD, and in part for a range', async () => {
      const { id } = await shop.active();
      const bytes = Buffer.concat([jpeg(9, 9), Buffer.from(Array.from({ length: 700_000 }, (_, at) => at % 251))]);
      const { url } = (await upload(id, bytes)).body;
      const slices = spyOn(shop.store.reads, 'imageSlice');
      const asked = async (init: RequestInit) => {
        slices.mockClear();
        // A socket takes the first parts before the caller reads any.
        const answer = await fetch(`${shop.url}${url}`, init);
        const read = await Promise.all(slices.mock.results.map(async ({ value }) => (await (value as Promise<Uint8Array>)).byteLength));
        return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()), read };
      };
      const etag = `"${url.slice(url.lastIndexOf('/') + 1)}"`;
      expect(await asked({ method: 'HEAD' })).toMatchObject({ status: 200, read: [] });
      expect(await asked({ headers: { 'if-none-match': etag } })).toMatchObject({ status: 304, read: [] });
      expect(await asked({ headers: { range: `bytes=${bytes.byteLength}-` } })).toMatchObject({ status: 416, read: [] });
      expect(await asked({ headers: { range: 'bytes=300000-300009' } })).toEqual({ status: 206, bytes: bytes.subarray(300_000, 300_010), read: [10] });
      const across = await asked({ headers: { range: 'bytes=262140-262150' } });
      expect(across).toEqual({ status: 206, bytes: bytes.subarray(262_140, 262_151), read: [4, 7] });
      const whole = await asked({});
      expect([whole.bytes.equals(bytes), Math.max(...whole.read)]).toEqual([true, 262_144]);
      slices.mockRestore();
      expect((await change('DELETE', url)).status).toBe(204);
    });

    test('are sent in part to a caller who asks for a range', async () => {
      const { a } = await three();
      const whole = png(1, 1);
      const part = async (headers: Record<string, string>) => {
        const answer = await shop.fetchAs('anonymous', a, { headers });
        return [answer.status, answer.headers.get('content-range'), (await answer.arrayBuffer()).byteLength];
      };
      const size = whole.byteLength;
      expect(await part({ range: 'bytes=0-7' })).toEqual([206, `bytes 0-7/${size}`, 8]);
      expect(await part({ range: 'bytes=-4' })).toEqual([206, `bytes ${size - 4}-${size - 1}/${size}`, 4]);
      expect(await part({ range: 'bytes=0-7', 'if-range': '"another"' })).toEqual([200, null, size]);
      const [status, range] = await part({ range: `bytes=${size}-` });
      expect([status, range]).toEqual([416, `bytes */${size}`]);
      const head = await shop.fetchAs('anonymous', a, { method: 'HEAD' });
      expect([head.status, head.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
    });
  });
});
