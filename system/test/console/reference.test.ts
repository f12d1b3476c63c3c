import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { Page } from 'playwright-core';
import { SERVICES } from '@souk/contracts/services';
import { embeddedGround } from '../support/embedded-ground.ts';
import { describeInBrowser } from '@souk/chassis/testing/in-browser';
import { type WatchedShop, watchedShop } from './support/watched-shop.ts';

/** Scalar's script is 4.8 MB, and takes a loaded machine seconds. */
setDefaultTimeout(90_000);

describeInBrowser('the API reference in the console', () => {
  let watched: WatchedShop;
  let page: Page;

  beforeAll(async () => {
    watched = await watchedShop(embeddedGround);
    page = await (await watched.browser()).newPage();
    await page.goto('/reference');
    await page.getByRole('heading', { name: 'Souk product' }).first().waitFor({ timeout: 60_000 });
  });
  afterAll(() => watched?.[Symbol.asyncDispose]());

  test('has the documents of all five services, with the console in the place of the service', async () => {
    for (const service of SERVICES) {
      const answer = await page.request.get(`/reference/${service}.json`);
      expect(await answer.json()).toMatchObject({ openapi: '3.1.0', servers: [{ url: `/api/${service}` }] });
    }
    expect(await page.locator('body').innerText()).toContain(`${watched.origin}/api/product`);
  });

  test('tries a route out as the signed-in operator', async () => {
    const asked = page.waitForResponse((answer) => answer.url().startsWith(`${watched.origin}/api/product/`));
    await page.getByRole('button', { name: /Test Request/ }).first().click();
    await page.getByRole('button', { name: /Send/ }).first().click();
    const answer = await asked;
    expect(answer.status()).toBe(200);
    expect(answer.request().headers()['x-souk-console']).toBe('1');
  });

  test('asks no other host and does nothing that its policy forbids', () => {
    expect(watched.complaints).toEqual([]);
  });
});
