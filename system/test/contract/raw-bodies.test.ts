import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { gif, png } from '@souk/chassis/testing/sample-images';
import type { ProductImage } from '@souk/contracts/http/product';
import { type ContractShop, openContractShop, WEBHOOK_SECRET } from './contract-shop.ts';

const GIF = gif(1, 1);
const MEBIBYTE = 1_048_576;
const WINDOW_S = 300;

let shop: ContractShop;
beforeAll(async () => void (shop = await openContractShop()), 60_000);
afterAll(() => shop[Symbol.asyncDispose]());

function upload(body: Buffer | FormData, type = 'image/png', token = shop.tokens.staff) {
  const headers = { authorization: `Bearer ${token}`, ...(body instanceof FormData ? {} : { 'content-type': type }) };
  return fetch(`${shop.urls.product}/products/${shop.objects.product}/images`, { method: 'POST', headers, body });
}

function form(field: string, bytes: Buffer): FormData {
  const made = new FormData();
  made.append(field, new Blob([new Uint8Array(bytes)], { type: 'image/gif' }), 'picture.gif');
  return made;
}

function notify(body: string, signature: string | undefined) {
  const headers = { 'content-type': 'application/json', ...(signature !== undefined && { 'souk-signature': signature }) };
  return fetch(`${shop.urls.payment}/webhooks/simulator`, { method: 'POST', headers, body });
}

/** `t=<unix>,v1=<hex hmac-sha256 of "t.rawBody">`, as payment/README.md has it under "Webhooks". */
function sign(body: string, { at = Math.floor(Date.now() / 1000), secret = WEBHOOK_SECRET } = {}): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}

test.each([
  ['a GIF', () => GIF, GIF, 'image/gif'],
  ['a PNG', () => png(16, 9), png(16, 9), 'image/png'],
  ['a GIF that calls itself a PNG', () => GIF, GIF, 'image/gif'],
  ['a GIF in a form', () => form('file', GIF), GIF, 'image/gif'],
] as const)('%s from staff is kept as it is, and shown as what it is', async (_, body, bytes, type) => {
  const response = await upload(body());
  expect(response.status).toBe(201);
  const { url, contentType } = (await response.json()) as ProductImage;
  const shown = await fetch(`${shop.urls.product}${url}`);
  expect([contentType, shown.headers.get('content-type')]).toEqual([type, type]);
  expect(Buffer.from(await shown.arrayBuffer()).equals(bytes)).toBe(true);
});

test('an upload that is no image, too large, or not from staff changes nothing', async () => {
  const before = await shop.rows();
  const refusals: readonly (readonly [string, number, Buffer | FormData, string?, (string | undefined)?])[] = [
    ['a page behind the first bytes of a GIF', 415, Buffer.from('GIF89a<html><script>alert(1)</script></html>')],
    ['a drawing with scripts', 415, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), 'image/svg+xml'],
    ['a program', 415, Buffer.from('\x7fELF'.padEnd(4096, '\0'))],
    ['half a PNG', 415, png(16, 9).subarray(0, 30)],
    ['nothing', 415, Buffer.alloc(0)],
    ['JSON', 415, Buffer.from('{}'), 'application/json'],
    ['an image bomb', 413, png(60_000, 60_000)],
    ['6 MB', 413, Buffer.concat([png(16, 9), Buffer.alloc(6 * MEBIBYTE)])],
    ['12 MB', 413, Buffer.concat([png(16, 9), Buffer.alloc(12 * MEBIBYTE)])],
    ['another field of a form', 422, form('picture', GIF)],
    ['a form that is none', 422, Buffer.from('--x'), 'multipart/form-data; boundary=y'],
    ['from a customer', 403, GIF, 'image/gif', shop.tokens.customer],
    ['from somebody too late', 401, GIF, 'image/gif', shop.tokens.expired],
  ];
  for (const [what, status, body, type, token] of refusals) {
    const response = await upload(body, type, token);
    const answer = [what, response.status, response.headers.get('content-type')];
    await response.body?.cancel();
    expect(answer).toEqual([what, status, 'application/problem+json']);
  }
  expect(await shop.rows()).toBe(before);
}, 60_000);

test('a webhook of the gateway counts once, and only with its signature', async () => {
  const about = { about: 'charge', key: `payment:${shop.objects.payment}` };
  const body = JSON.stringify({ id: 'evt_1', ...about, result: { status: 'succeeded', reference: 'ch_1' } });
  const now = Math.floor(Date.now() / 1000);
  const before = await shop.rows();
  const forged: readonly (readonly [string, string | undefined])[] = [
    ['none', undefined],
    ['of another body', sign(body.replace('succeeded', 'declined'))],
    ['of the same JSON in other bytes', sign(`${body} `)],
    ['with another secret', sign(body, { secret: 'a secret of somebody else' })],
    ['with no secret', sign(body, { secret: '' })],
    ['too old', sign(body, { at: now - WINDOW_S - 5 })],
    ['of the future', sign(body, { at: now + WINDOW_S + 5 })],
    ['made younger', sign(body, { at: now - 2 * WINDOW_S }).replace(/^t=\d+/, `t=${now}`)],
    ['with two times', `t=${now},${sign(body)}`],
    ['cut', sign(body).slice(0, -2)],
  ];
  for (const [what, signature] of forged) {
    const response = await notify(body, signature);
    expect([what, response.status, ((await response.json()) as { type: string }).type]).toEqual([what, 400, 'urn:souk:problem:signature-invalid']);
  }
  expect(await shop.rows()).toBe(before);

  const first = await notify(body, sign(body));
  expect([first.status, await first.json()]).toEqual([200, { received: true }]);
  const kept = await shop.rows();
  expect(kept).not.toBe(before);
  // Said again byte by byte, and with a new signature: it is known by its id.
  for (const signature of [sign(body), sign(body, { at: now - 10 })]) expect((await notify(body, signature)).status).toBe(200);
  expect(await shop.rows()).toBe(kept);
});
