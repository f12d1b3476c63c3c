import { expect, test } from 'bun:test';
import { router } from '../../src/web/app/router.ts';
import { shop } from './shop.ts';

test('the documentation page has every route and every status, and loads nothing', async () => {
  const { status, headers, text } = await shop().send('GET', '/docs');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  for (const part of ['/cups/{id}/wash', 'Needs an access token with the role <b>admin</b>', '<code>forbidden</code>', 'Idempotency-Key']) {
    expect(text).toContain(part);
  }
  expect(text).not.toMatch(/<script|<link|<img|https?:\/\/|\son\w+=/);
});

test('the service\'s own routes come first, each with who may call it', async () => {
  const { text } = await shop().send('GET', '/docs');
  const headings = [...text.matchAll(/<h2 id="([^"]+)">([^<]+)/g)].map(([, id, name]) => `<a href="#${id}">${name}</a>`);
  expect(headings.map((link) => link.replaceAll(/<[^>]+>/g, ''))).toEqual(['/crash', '/cups', '/open', '/wrong-answer', 'Operations']);
  for (const link of headings) expect(text).toContain(link);
  expect(text).toMatch(/<b class="m">DELETE<\/b> <code>\/cups\/\{id\}<\/code>[^\n]{0,60}<span class="t">admin<\/span><\/summary>/);
  expect(text).not.toContain('Response for status');
});

test('its content policy allows its own style alone', async () => {
  const { headers, text } = await shop().send('GET', '/docs');
  const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? '';
  const hash = Bun.SHA256.hash(style, 'base64');
  expect(headers.get('content-security-policy')).toStartWith(`default-src 'none'; style-src 'sha256-${hash}';`);
});

test('descriptions of routes are shown as text', async () => {
  const routes = router().get('/x', () => 'x', { detail: { summary: '<script>alert("1")</script>' } });
  const { text } = await shop({ routes: [routes] }).send('GET', '/docs');
  expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
});
