import { describe, expect, test } from 'bun:test';
import { listen, type ListenError, listenErrorOf } from '../../src/web/app/listen.ts';

const AT = { hostname: '192.0.2.1', port: 80 };
const OTHER_PORT = { remedy: 'port', said: /port 80/ };
const OTHER_ADDRESS = { remedy: 'address', said: /192\.0\.2\.1 is no address of this machine/ };
const MORE_FILES = { remedy: 'files', said: /too many files are open/ };

function refusal(at: { readonly hostname: string; readonly port: number }): unknown {
  const app = { handle: () => new Response(), drain: () => undefined };
  try {
    return listen(app as never, at);
  } catch (error) {
    return error;
  }
}

describe('a port that cannot be opened', () => {
  test.each([
    ['EADDRINUSE', { remedy: 'taken', said: /^port 80 is in use$/ }],
    ['EACCES', { remedy: 'port', said: /^this user may not open port 80 / }],
    ['EPERM', { remedy: 'port', said: /^this user may not open port 80 / }],
    ['EADDRNOTAVAIL', OTHER_ADDRESS],
    ['EAFNOSUPPORT', OTHER_ADDRESS],
    ['EINVAL', OTHER_ADDRESS],
    ['ENOTFOUND', OTHER_ADDRESS],
    ['EAI_AGAIN', OTHER_ADDRESS],
    ['EMFILE', MORE_FILES],
    ['ENFILE', MORE_FILES],
    ['ENOBUFS', { ...OTHER_PORT, said: /port 80 of 192\.0\.2\.1 cannot be opened \(ENOBUFS\)/ }],
  ])('for %s is one sentence that says why', (code, { remedy, said }) => {
    const cause = Object.assign(new Error('listen'), { code });
    const error = listenErrorOf(cause, AT);
    expect(error).toMatchObject({ code: 'cannot-listen', reason: code, remedy, port: 80, cause });
    expect((error as ListenError).message).toMatch(said);
  });

  test('is reported by the system itself', () => {
    using other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
    expect(refusal({ hostname: '127.0.0.1', port: other.port })).toMatchObject({ reason: 'EADDRINUSE', remedy: 'taken' });
    expect(refusal({ hostname: '192.0.2.1', port: 4001 })).toMatchObject({ reason: 'EADDRNOTAVAIL', remedy: 'address' });
    expect(refusal({ hostname: 'nowhere.invalid', port: 4001 })).toMatchObject({ remedy: 'address' });
    expect(refusal({ hostname: '127.0.0.1', port: 70_000 })).toMatchObject({ reason: 'ERR_OUT_OF_RANGE', remedy: 'port' });
  });

  test('for an unknown reason may have a host name that cannot be resolved', () => {
    const cause = Object.assign(new Error('listen'), { code: 'EINPROGRESS' });
    expect(listenErrorOf(cause, { hostname: 'nowhere.invalid', port: 0 })).toMatchObject({ remedy: 'address' });
  });

  test('does not hide other errors', () => {
    const error = new TypeError('fetch must be a function');
    expect(listenErrorOf(error, AT)).toBe(error);
  });
});
