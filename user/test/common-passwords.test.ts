import { describe, expect, test } from 'bun:test';
import { longPasswords } from '../src/passwords/long-passwords.ts';
import { isCommonPassword, passwordJudge } from '../src/passwords/judge-password.ts';

describe('common passwords', () => {
  test.each([
    '1qaz2wsx3edc',
    'UNBELIEVABLE',
    'password1234',
    'Password123!',
    'passwordpassword',
    '123456789012',
    'aaaaaaaaaaaa',
    'qwertyqwerty1',
    'ｐａｓｓｗｏｒｄ1234',
    'P4ssw0rd2024!',
    '!!sunshine2019',
    'sunshinedragon',
    'monkey-dragon',
    '1q2w3e4r5t6y',
    'qweasdzxc123',
    'asdfghjklyxc',
    'abcdefghijkl',
    '147258369147',
    'sonyericsson',
  ])('%s is refused', async (password) => {
    expect(await isCommonPassword(password)).toBe(true);
  });

  test.each(['correct horse battery', 'password for the shop', 'monkey-8293-zebra', 'xkq-vd2-92m-ppz', '🐢🐢🐢🐢🐢🐢 slowly'])(
    '%s is accepted',
    async (password) => {
      expect(await isCommonPassword(password)).toBe(false);
    },
  );
});

test('a sign that expands to many letters makes no password slow to judge', async () => {
  const judge = passwordJudge({ shopName: 'Souk' });
  await judge('the lists are read once', { email: 'ada@example.com', name: 'Ada' });
  const begun = performance.now();
  for (let n = 0; n < 20; n += 1) await judge(`${'\ufdfa'.repeat(120)}${n}`, { email: 'ada@example.com', name: '\ufdfa'.repeat(100) });
  // 60 ms each before.
  expect(performance.now() - begun).toBeLessThan(400);
});

test('of 12 characters or more at least 9,000 listed ones are refused, as they are and in capitals', async () => {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const long = new Set([...dictionary['passwords-common'], ...(await longPasswords())].filter((password) => Array.from(password).length >= 12));
  expect(long.size).toBeGreaterThan(9000);
  for (const password of long) if (!(await isCommonPassword(password)) || !(await isCommonPassword(password.toUpperCase()))) throw new Error(password);
}, 30_000);

test('four random words are accepted, however they are written', async () => {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  const words = dictionary['diceware-common'];
  const judgePassword = passwordJudge({ shopName: 'Souk' });
  for (let at = 0; at < 500; at += 1) {
    const four = [0, 1, 2, 3].map((n) => words[(at * 7919 + n * 104_729) % words.length] ?? '');
    for (const between of [' ', '-', '']) {
      const password = four.join(between);
      if ((await judgePassword(password, { email: 'countess.ada@example.com', name: 'Augusta Ada King' })) !== undefined) throw new Error(password);
    }
  }
});

describe('a password made of the name, the address or the name of the shop', () => {
  const judgePassword = passwordJudge({ shopName: 'Grand Bazaar' });
  const ada = { email: 'countess.ada@example.com', name: 'Augusta Ada King' };

  test.each([
    'Countess.Ada@example.com', 'countess.ADA', ' augusta ada king', 'AdaKing10121815', '4u6ust4-K1ng!', 'king-king-king-king', '5Augusta.Ada!!', 'GrandBazaar2024!',
    'gr4nd b4z44r 99', 'example-com-2026', 'Ａｕｇｕｓｔａ Ａｄａ', 'Àugustà Ádá 12',
  ])('%s is personal', async (password) => expect(await judgePassword(password, ada)).toBe('personal'));

  test.each(['correct horse battery', 'ada walks to the grand bazaar', 'countess of no place at all'])('%s is not personal', async (password) =>
    expect(await judgePassword(password, ada)).toBeUndefined());
});
