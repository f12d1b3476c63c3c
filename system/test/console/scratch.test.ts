import { expect, test } from 'bun:test';
import { watchedShop } from './support/watched-shop.ts';
import { embeddedGround } from '../support/embedded-ground.ts';

test('reference', async () => {
  await using shop = await watchedShop(embeddedGround);
  const context = await shop.browser();
  const page = await context.newPage();
  await page.addInitScript("document.addEventListener('securitypolicyviolation', (e) => console.log('VIOLATION', e.violatedDirective, e.blockedURI, e.sourceFile, e.lineNumber, e.sample))");
  page.on('console', (m) => console.log('LOG', m.type(), m.text().slice(0, 400)));
  page.on('request', (r) => { if (r.url().includes('/api/')) console.log('REQ', r.method(), r.url(), JSON.stringify(r.headers())); });
  page.on('response', (r) => { if (r.status() >= 400 || r.url().includes('/api/')) console.log(r.status(), r.url()); });
  await page.goto('/reference#order/GET/orders');
  await page.waitForTimeout(5000);
  console.log(page.url());
  await page.getByText('Orders, newest first').first().click().catch((e) => console.log(String(e).slice(0,200)));
  await page.waitForTimeout(1500);
  await page.screenshot({ path: '/tmp/ref1.png' });
  const tests = page.getByRole('button', { name: /Test Request/ });
  console.log(await tests.count());
  await tests.first().click();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: '/tmp/ref2.png' });
  await page.getByRole('button', { name: /Send/ }).first().click();
  await page.waitForTimeout(2500);
  await page.screenshot({ path: '/tmp/ref3.png' });
  console.log(shop.complaints.join('\n'));
  expect(1).toBe(1);
}, 120_000);
