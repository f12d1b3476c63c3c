import { describe, expect, test } from 'bun:test';
import { OverloadedError } from '@souk/chassis/writer/errors';
import { limited } from '../src/passwords/limited.ts';
import { argon2Passwords, NOBODYS_HASH } from '../src/passwords/passwords.ts';

const parametersOf = (hash: string) => hash.split('$').slice(1, 4);

describe('passwords', () => {
  const passwords = argon2Passwords();

  test('are kept as argon2id with 9 MiB and four passes', async () => {
    const hash = await passwords.hash('correct horse battery');
    expect(parametersOf(hash)).toEqual(['argon2id', 'v=19', 'm=9216,t=4,p=1']);
    expect(await passwords.matches('correct horse battery', hash)).toBe(true);
    expect(await passwords.matches('correct horse batterx', hash)).toBe(false);
  });

  test('are the same in every Unicode form', async () => {
    const hash = await passwords.hash('caf\u00E9 cr\u00E8me br\u00FBl\u00E9e');
    expect(await passwords.matches('cafe\u0301 cre\u0300me bru\u0302le\u0301e', hash)).toBe(true);
  });

  test('of nobody never match, and cost the same work', async () => {
    expect(parametersOf(NOBODYS_HASH)).toEqual(parametersOf(await passwords.hash('correct horse battery')));
    expect(await passwords.matches('correct horse battery', undefined)).toBe(false);
    expect(await Bun.password.verify('', NOBODYS_HASH)).toBe(false);
  });
});

describe('limited work', () => {
  const gate = () => Promise.withResolvers<string>();

  test('runs so much at once, lets so much wait in order, and refuses the rest at once', async () => {
    const inTurn = limited({ atOnce: 2, waiting: 1, retryAfterSeconds: 7 });
    const gates = [gate(), gate(), gate()];
    const started: number[] = [];
    const work = gates.map(({ promise }, index) =>
      inTurn(() => {
        started.push(index);
        return promise;
      }),
    );
    const refused = await inTurn(async () => 'never').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OverloadedError);
    expect(refused).toMatchObject({ retryAfterSeconds: 7 });
    expect(started).toEqual([0, 1]);
    gates[1]?.resolve('second');
    expect(await work[1]).toBe('second');
    expect(started).toEqual([0, 1, 2]);
    gates[0]?.resolve('first');
    gates[2]?.resolve('third');
    expect(await Promise.all(work)).toEqual(['first', 'second', 'third']);
  });

  test('gives the place on when a piece fails', async () => {
    const inTurn = limited({ atOnce: 1, waiting: 1, retryAfterSeconds: 1 });
    const failing = inTurn(() => Promise.reject(new Error('no')));
    const next = inTurn(async () => 'done');
    expect(await failing.catch((error: unknown) => error)).toBeInstanceOf(Error);
    expect(await next).toBe('done');
    expect(await inTurn(async () => 'again')).toBe('again');
  });
});
