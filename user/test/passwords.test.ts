import { describe, expect, test } from 'bun:test';
import { argon2Passwords, NOBODYS_HASH } from '../src/passwords/passwords.ts';

const ASKER = { queue: 'sign-in', from: '192.0.2.1' } as const;
const parametersOf = (hash: string) => hash.split('$').slice(1, 4);

describe('passwords', () => {
  const passwords = argon2Passwords({ countsAddresses: true });

  test('are kept as argon2id with 9 MiB and four passes', async () => {
    const hash = await passwords.hash('correct horse battery', ASKER);
    expect(parametersOf(hash)).toEqual(['argon2id', 'v=19', 'm=9216,t=4,p=1']);
    expect(await passwords.matches('correct horse battery', hash, ASKER)).toBe(true);
    expect(await passwords.matches('correct horse batterx', hash, ASKER)).toBe(false);
  });

  test('are the same in every Unicode form', async () => {
    const hash = await passwords.hash('caf\u00E9 cr\u00E8me br\u00FBl\u00E9e', ASKER);
    expect(await passwords.matches('cafe\u0301 cre\u0300me bru\u0302le\u0301e', hash, ASKER)).toBe(true);
  });

  test('without an account never match, and cost the same work', async () => {
    expect(parametersOf(NOBODYS_HASH)).toEqual(parametersOf(await passwords.hash('correct horse battery', ASKER)));
    expect(await passwords.matches('correct horse battery', undefined, ASKER)).toBe(false);
    expect(await Bun.password.verify('', NOBODYS_HASH)).toBe(false);
  });
});
