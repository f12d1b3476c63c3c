import { expect, test } from 'bun:test';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { mailFiles } from '../src/mail/mail-by-config.ts';

const MAIL = { id: 'reset:a+b/c', to: 'ada@example.com', subject: 'Souk: choose a new password', text: 'Here: token\n' };

test('a mail is written to a file that only its owner can read, and the log names the file', async () => {
  using home = temporaryFolder();
  const folder = join(home.path, 'mail');
  const written: string[] = [];
  await mailFiles({ folder, from: 'Souk <no-reply@souk.example>', written: (file) => void written.push(file) }).send(MAIL);
  const [name = '', ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  expect(written).toEqual([join(folder, name)]);
  expect(name).toMatch(/^\d{4}-\d\d-\d\dT[\d.-]+Z-reset-a-b-c\.eml$/);
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const [head = '', body] = readFileSync(join(folder, name), 'utf8').split('\n\n');
  expect(head.split('\n')).toContain('To: ada@example.com');
  expect(head.split('\n')).toContain('Subject: Souk: choose a new password');
  expect(body).toBe('Here: token\n');
});

test('the oldest files are removed when there are more than 500', async () => {
  using home = temporaryFolder();
  for (let count = 100; count < 605; count += 1) writeFileSync(join(home.path, `1999-${count}.eml`), '');
  writeFileSync(join(home.path, 'notes.txt'), 'of somebody else');
  await mailFiles({ folder: home.path, from: 'Souk', written: () => undefined }).send(MAIL);
  const names = readdirSync(home.path).toSorted();
  expect(names).toHaveLength(501);
  expect(names[0]).toBe('1999-106.eml');
  expect(names).toContain('notes.txt');
});
