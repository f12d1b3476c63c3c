import { describe, expect, test } from 'bun:test';
import { createLogger } from '../../src/telemetry/logging.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { SECURITY_EVENTS, type SecurityEventName, securityEvents } from '../../src/telemetry/security-events.ts';
import { bearer, CUP_ID, shop, staffSigner } from '../web/shop.ts';

const ROOT = `${import.meta.dir}/../../..`;

type Line = Readonly<Record<string, unknown>>;

function told(securityLogKey?: string) {
  const lines: Line[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Line) };
  const metrics = createMetrics({ service: 'cups', ownsProcess: false });
  const security = securityEvents({ logger: createLogger({ service: 'cups', level: 'info', destination }), metrics, config: { securityLogKey } });
  return { lines, security, metrics };
}

const linesOf = (logged: string): Line[] =>
  logged.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Line).filter((line) => 'security' in line);

describe('a security event', () => {
  test('is a line with its name, level and address, and only a keyed hash of the account', () => {
    const { lines, security } = told('k'.repeat(32));
    security.tell('sign_in.failed', { address: '192.0.2.1', account: 'ada@example.com' });
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', security: 'sign_in.failed', address: '192.0.2.1' })]);
    expect(lines[0]?.['account']).toBe(new Bun.CryptoHasher('sha256', 'k'.repeat(32)).update('ada@example.com').digest('hex').slice(0, 32));
    expect(JSON.stringify(lines)).not.toContain('ada@');
  });

  test('has the same hash of an account in all services of a process, and another one with another key', () => {
    const [first, second, keyed] = [told(), told(), told('k'.repeat(32))];
    for (const { security } of [first, second, keyed]) security.tell('password.changed', { account: 'somebody' });
    expect(first.lines[0]?.['account']).toBe(second.lines[0]?.['account']);
    expect(first.lines[0]?.['account']).not.toBe(keyed.lines[0]?.['account']);
  });

  test('is counted by name, and all names have a series before the first event', async () => {
    const { security, metrics } = told();
    for (let n = 0; n < 3; n += 1) security.tell('webhook.refused', { address: '192.0.2.1' });
    const text = await metrics.scrape();
    expect(text).toContain('souk_security_events_total{event="webhook.refused",service="cups"} 3');
    for (const name of Object.keys(SECURITY_EVENTS)) expect(text).toContain(`souk_security_events_total{event="${name}",service="cups"}`);
  });
});

describe('a flood of security events', () => {
  test('from one address is a line and then the counts of events and accounts', () => {
    const { lines, security } = told();
    for (let n = 0; n < 10_000; n += 1) security.tell('sign_in.failed', { address: '192.0.2.1', account: `account-${n % 20}` });
    expect(lines).toHaveLength(1);
    security.flush();
    expect(lines[1]).toMatchObject({ security: 'sign_in.failed', address: '192.0.2.1', times: 9999, accounts: 20 });
    security.flush();
    security.tell('sign_in.failed', { address: '192.0.2.1' });
    expect(lines).toHaveLength(3);
  });

  test('from very many addresses is a few lines, and no event is missing from the counts', () => {
    const { lines, security } = told();
    for (let n = 0; n < 5000; n += 1) security.tell('token.refused', { address: `2001:db8:${n}::/64`, because: 'signature' });
    expect(lines.length).toBeLessThan(60);
    security.flush();
    expect(lines.at(-1)).toMatchObject({ security: 'token.refused', address: 'others', times: 5000 - lines.length + 1 });
  });

  test('hides no other event, and events that only an admin can cause are never left out', () => {
    const { lines, security } = told();
    for (let n = 0; n < 1000; n += 1) security.tell('token.refused', { address: '192.0.2.1', because: 'signature' });
    security.tell('access.forbidden', { address: '192.0.2.1', account: 'somebody' });
    for (let n = 0; n < 3; n += 1) security.tell('key.rotated', { address: '192.0.2.1', account: 'admin', kid: `key-${n}` });
    expect(lines.slice(1).map((line) => line['security'])).toEqual(['access.forbidden', 'key.rotated', 'key.rotated', 'key.rotated']);
  });
});

describe('a service', () => {
  test("logs a caller whose role does not allow the request, with the fields that find the request's lines", async () => {
    const { send, logged } = shop();
    const userId = Bun.randomUUIDv7();
    const authorization = await staffSigner.bearer({ userId });
    await send('POST', `/cups/${CUP_ID}/break`, { headers: { authorization, 'x-request-id': 'asked-1' } });
    expect(linesOf(logged())).toEqual([expect.objectContaining({ security: 'access.forbidden', requestId: 'asked-1', route: '/cups/:id/break', address: 'none' })]);
    expect(logged().split('\n').find((line) => line.includes('access.forbidden'))).not.toContain(userId);
  });

  test('logs forged tokens with their fault, and no expired ones', async () => {
    const { send, logged } = shop();
    const past = Math.floor(Date.now() / 1000) - 60;
    const [good, other, expired] = await Promise.all([staffSigner.token(), staffSigner.token(), staffSigner.token({ claims: { exp: past } })]);
    const bad = [`${good.slice(0, good.lastIndexOf('.'))}.${other.split('.')[2]}`, expired];
    for (const token of bad) expect((await send('POST', `/cups/${CUP_ID}/break`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    expect(linesOf(logged())).toEqual([expect.objectContaining({ security: 'token.refused', because: 'signature' })]);
  });

  test('logs a throttled caller once', async () => {
    const { send, logged } = shop({ edge: { rateLimit: 'on', addressLimit: 2, userLimit: 2 } });
    for (let n = 0; n < 8; n += 1) await send('GET', '/cups', { headers: await bearer() });
    expect(linesOf(logged())).toEqual([expect.objectContaining({ security: 'request.throttled', address: 'none' })]);
  });
});

test('every security event is logged somewhere in the program', async () => {
  const named = new Set<string | undefined>();
  for await (const path of new Bun.Glob('*/src/**/*.ts').scan({ cwd: ROOT, absolute: true })) {
    const calls = (await Bun.file(path).text()).matchAll(/\b(?:tellSecurity\(request, |security\??\.tell\()([^{]*)/g);
    for (const [, names = ''] of calls) for (const [, name] of names.matchAll(/'([\w.]+)'/g)) named.add(name);
  }
  expect(Object.keys(SECURITY_EVENTS).filter((name) => !named.has(name))).toEqual([]);
});

test('docs/security-events.md lists every event', async () => {
  const list = await Bun.file(`${ROOT}/docs/security-events.md`).text();
  const rows = Object.keys(SECURITY_EVENTS).map((name) => rowOf(name as SecurityEventName));
  expect(list).toContain(['| event | level | lines | it means | its own fields |', '|---|---|---|---|---|', ...rows].join('\n'));
});

function rowOf(name: SecurityEventName): string {
  const { level, lines, about, fields } = SECURITY_EVENTS[name];
  return `| \`${name}\` | ${level} | ${lines} | ${about} | ${fields.map((field) => `\`${field}\``).join(', ')} |`;
}
