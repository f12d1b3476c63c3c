import { describe, expect, test } from 'bun:test';
import { isCommonPassword } from '../src/passwords/common-passwords.ts';
import { judgePassword } from '../src/passwords/judge-password.ts';

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
  ])('%s is one', async (password) => {
    expect(await isCommonPassword(password)).toBe(true);
  });

  test.each(['correct horse battery', 'password for the shop', 'monkey-8293-zebra', 'xkq-vd2-92m-ppz', '🐢🐢🐢🐢🐢🐢 slowly'])(
    '%s is none',
    async (password) => {
      expect(await isCommonPassword(password)).toBe(false);
    },
  );
});

test('a password that is the name or the address is personal, in whatever case', async () => {
  const ada = { email: 'countess.ada@example.com', name: 'Augusta Ada King' };
  for (const password of ['Countess.Ada@example.com', 'countess.ADA', ' augusta ada king']) {
    expect(await judgePassword(password, ada)).toBe('personal');
  }
  expect(await judgePassword('correct horse battery', ada)).toBeUndefined();
});
