import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import { newAccounts } from '../src/shop/embedded/accounts.ts';
import { embeddedShop } from '../src/shop/embedded/embedded-shop.ts';
import { shopFiles } from '../src/shop/embedded/shop-files.ts';
import { shopClient } from '../src/shop/shop-client.ts';
import { ask } from '../src/shop/ask.ts';
import { type MailServer, mailServer, tokenIn } from './support/mail-server.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import { type OpenShop, PASSWORD } from './support/open-shop.ts';
import { send } from './support/requests.ts';

const NEW_PASSWORD = 'a better horse and staple';

onEveryEngine('an account and its mails', (openShop) => {
  let mails: MailServer;
  let shop: OpenShop;
  beforeAll(async () => {
    mails = await mailServer();
    shop = await openShop(mails.env);
  }, 120_000);
  afterAll(async () => {
    await shop[Symbol.asyncDispose]();
    await mails[Symbol.asyncDispose]();
  });

  const post = (path: string, body: object) => send(shop, ['POST', 'user', path, body]);

  test('a link in a mail replaces a forgotten password, and earlier sessions end in all services', async () => {
    const email = `${randomUUID()}@souk.example`;
    await shop.client.register(email, PASSWORD, 'Grace Hopper');
    const { accessToken } = await shop.client.signIn(email, PASSWORD);
    expect((await post('/email-confirmations', { token: tokenIn(await mails.mailTo(email)) })).status).toBe(204);
    expect((await post('/password-resets', { email })).status).toBe(202);
    const token = tokenIn(await mails.mailTo(email, 2));
    expect((await post('/password-resets/confirmation', { token, newPassword: NEW_PASSWORD })).status).toBe(204);
    await until('Order refuses the token', async () => (await send(shop, ['GET', 'order', '/orders'], accessToken)).status === 401, 10_000);
    expect((await shop.client.signIn(email, NEW_PASSWORD)).accessToken).toBeString();
    expect(await mails.mailTo(email, 3)).toContain('your password was changed');
    expect((await post('/password-resets/confirmation', { token, newPassword: NEW_PASSWORD })).status).toBe(410);
  }, 60_000);
});

describe('the mails of npm start', () => {
  test('are files beside its data, and the command in them works when pasted', async () => {
    using folder = temporaryFolder();
    const { admin, customer } = newAccounts();
    const lines: string[] = [];
    const logTo = { write: (line: string) => void lines.push(line) };
    const shop = embeddedShop({ folder: folder.path, firstPort: 0, admin, logLevel: 'info', logTo, env: {} });
    await shop.start();
    try {
      const client = shopClient(shop.urls());
      await client.register(customer.email, customer.password, 'Ada Lovelace');
      await ask(`${shop.urls().user}/password-resets`, { method: 'POST', body: { email: customer.email } });
      const { mails } = shopFiles(folder.path);
      // The first one asks whether the address is right.
      const line = await until('the line in the log', () => lines.filter((one) => one.includes('.eml"'))[1]);
      const name = readdirSync(mails).toSorted()[1] ?? '';
      expect(line).toContain(join(mails, name));
      const [, command = ''] = /^(curl .*)$/m.exec(readFileSync(join(mails, name), 'utf8')) ?? [];
      const run = Bun.spawn(['sh', '-c', command]);
      expect([await new Response(run.stdout).text(), await run.exited]).toEqual(['', 0]);
      expect((await client.signIn(customer.email, 'a new password of yours')).accessToken).toBeString();
      expect(lines.join('')).not.toContain(tokenOf(command));
    } finally {
      await shop.stop();
    }
  }, 60_000);
});

function tokenOf(command: string): string {
  return /"token":"([^"]+)"/.exec(command)?.[1] ?? 'no token';
}
