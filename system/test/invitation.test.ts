import { describe, expect, test } from 'bun:test';
import { SERVICES } from '@souk/contracts/services';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { invitation } from '../src/shop/start/start-shop.ts';
import { newAccounts } from '../src/shop/embedded/accounts.ts';
import { runningStart } from './support/running-start.ts';
import type { ServiceUrls } from '../src/shop/shop-client.ts';

/** Pastes all commands into a shell, one after the other, and gives what they print. */
async function pasted(out: string): Promise<string> {
  const commands = out.split('\n').filter((line) => /^ {2}(?:curl|[A-Z]+=)/.test(line));
  const shell = Bun.spawn(['bash', '-euc', commands.map((command) => `${command}; echo`).join('\n')], { stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' });
  const text = await shell.stdout.text();
  expect(await shell.exited).toBe(0);
  return text;
}

async function expectPages(out: string): Promise<void> {
  const pages = out.match(/http:\S+\/docs(?=\n)/g) ?? [];
  expect(pages).toHaveLength(5);
  for (const page of pages) {
    const answer = await fetch(page, { headers: { accept: 'text/html' } });
    expect({ page, status: answer.status, type: answer.headers.get('content-type') }).toEqual({ page, status: 200, type: expect.stringContaining('text/html') });
    expect(await answer.text()).toContain('<h1>Souk ');
  }
}

describe('npm start', () => {
  test('prints pages and commands that work, for the customer and for staff, in a folder with any letters', async () => {
    using folder = temporaryFolder();
    await using shop = await runningStart({ parameters: ['--first-port', '0', '--data', join(folder.path, "ä b's")] });
    await expectPages(shop.out);
    const answers = await pasted(shop.out);
    expect(answers).not.toContain('urn:souk:problem');
    expect(answers).toContain('event: status');
    expect(answers.match(/"title":"Sencha Kagoshima"/g)?.length).toBeGreaterThan(1);
    expect(await shop.stop()).toBe(0);
  }, 60_000);

  test('without the stories prints no sign-in of a customer who does not exist', async () => {
    using folder = temporaryFolder();
    await using shop = await runningStart({ parameters: ['--no-demo', '--first-port', '0', '--data', folder.path] });
    expect(shop.out).not.toContain('ada@souk.example');
    await expectPages(shop.out);
    expect(await pasted(shop.out)).not.toContain('urn:souk:problem');
  }, 60_000);
});

describe('the invitation', () => {
  const urls = Object.fromEntries(SERVICES.map((name, at) => [name, `http://h:${at + 1}`])) as ServiceUrls;
  const accounts = newAccounts();

  test('to a shop on servers says where the password of staff is, and how to verify the shop', () => {
    const said = invitation({ engines: 'real', urls, accounts, accountsFile: '/shop/real-accounts.json', order: 'o-1' }).join('\n');
    expect(said).toContain('/shop/real-accounts.json');
    expect(said).toContain('npm run verify -- --real .souk/real.json');
    expect(said).not.toContain(accounts.admin.password);
  });

  test('to a shop that was set up elsewhere does not mention its staff', () => {
    const said = invitation({ engines: 'deployed', urls, accounts, accountsFile: undefined, order: 'o-1' }).join('\n');
    expect(said).not.toContain(accounts.admin.email);
    expect(said).toContain(accounts.customer.email);
  });
});
