import { describe, expect, test } from 'bun:test';
import { codeOf, shop } from './shop.ts';

describe('GET /livez', () => {
  test('answers without any I/O', async () => {
    const { send } = shop({ checks: { database: () => Promise.reject(new Error('down')) } });
    expect(await send('GET', '/livez')).toMatchObject({ status: 200, body: { status: 'live' } });
  });
});

describe('GET /livez of a process that is stuck', () => {
  test('is red, with the reason in the log alone, and green again once the process works', async () => {
    let stands = true;
    const alive = () => {
      if (stands) throw new Error('the writer of hunter2 stands still');
    };
    const { send, logged } = shop({ alive });
    const answer = await send('GET', '/livez');
    expect(codeOf(answer)).toBe('unavailable');
    expect(answer.text).not.toMatch(/hunter2/);
    expect(logged()).toMatch(/hunter2 stands still.*"this process is stuck: it should be restarted"/);
    stands = false;
    expect((await send('GET', '/livez')).status).toBe(200);
  });
});

describe('GET /readyz', () => {
  test('is green when every check is', async () => {
    const { send } = shop({ checks: { database: async () => {}, log: () => {} } });
    expect((await send('GET', '/readyz')).body).toEqual({
      status: 'ready',
      checks: { database: 'green', log: 'green' },
    });
  });

  test('names the red checks, with the reasons in the log alone', async () => {
    const { send, logged } = shop({
      checks: {
        database: () => Promise.reject(new Error('password hunter2 refused')),
        log: () => {},
        hanging: () => new Promise(() => {}),
      },
    });
    const answer = await send('GET', '/readyz');
    expect(codeOf(answer)).toBe('unavailable');
    expect(answer.body).toMatchObject({
      status: 503,
      detail: 'Not ready: database, hanging.',
      checks: { database: 'red', log: 'green', hanging: 'red' },
    });
    expect(answer.text).not.toMatch(/hunter2/);
    expect(logged()).toMatch(/"check":"hanging".*"readiness check failed"/);
  });

  test('leaves out the checks that the caller excludes', async () => {
    const { send } = shop({ checks: { database: () => {}, 'event log': () => Promise.reject(new Error('down')) } });
    expect((await send('GET', '/readyz?exclude=event%20log')).body).toEqual({ status: 'ready', checks: { database: 'green' } });
    expect((await send('GET', '/readyz')).status).toBe(503);
  });

  test('refuses to exclude a check that does not exist', async () => {
    const { send } = shop({ checks: { database: () => {} } });
    const answer = await send('GET', '/readyz?exclude=databse');
    expect(answer.body).toMatchObject({ status: 422, errors: [{ pointer: '?exclude', detail: 'must name checks out of database' }] });
  });

  test('is red while draining', async () => {
    const { send, app } = shop();
    app.drain();
    const answer = await send('GET', '/readyz');
    expect(answer.body).toMatchObject({ status: 503, checks: { draining: 'red' } });
    expect(answer.headers.get('connection')).toBe('close');
  });
});

describe('GET /metrics', () => {
  test('has durations by route pattern, never by path', async () => {
    const { send } = shop();
    await send('GET', '/cups/12');
    await send('GET', '/nowhere');
    const { text, headers } = await send('GET', '/metrics');
    expect(headers.get('content-type')).toStartWith('text/plain');
    expect(text).toMatch(
      /http_request_duration_seconds_count\{service="cups",method="GET",route="\/cups\/:id",status="404"\} 1/,
    );
    expect(text).toMatch(/service="cups",method="GET",route="unmatched",status="404"\} 1/);
    expect(text).not.toMatch(/nowhere|process_/);
  });
});
