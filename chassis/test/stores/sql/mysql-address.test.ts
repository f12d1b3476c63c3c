import { describe, expect, test } from 'bun:test';
import { unprovenBy } from '../../../src/service/database-state.ts';
import { mysqlAddress } from '../../../src/stores/sql/mysql-address.ts';

const by = (query: string) => mysqlAddress(`mysql://u:p@db.example/shop?${query}`);
const json = (value: unknown) => encodeURIComponent(JSON.stringify(value));
const PROVEN = { rejectUnauthorized: true, verifyIdentity: true };

describe("a MySQL database's URL", () => {
  test('names host, port, user, password and database, whatever characters they have', () => {
    const url = 'mysql://us%40er:p%2Fw%23%25@[::1]/shop%20one';
    expect(mysqlAddress(url)).toEqual({ host: '::1', port: 3306, user: 'us@er', password: 'p/w#%', database: 'shop one' });
    expect(mysqlAddress('mysql://root:x@127.0.0.1:3307')).toEqual({ host: '127.0.0.1', port: 3307, user: 'root', password: 'x', database: '' });
  });

  test('has a certificate\'s signature and name verified, unless it says otherwise', () => {
    expect(by('ssl=%7B%7D').ssl).toEqual(PROVEN);
    expect(by('ssl=true').ssl).toEqual(PROVEN);
    expect(by(`ssl=${json({ ca: 'PEM', minVersion: 'TLSv1.3' })}`).ssl).toEqual({ ca: 'PEM', minVersion: 'TLSv1.3', ...PROVEN });
    expect(by(`ssl=${json({ verifyIdentity: false })}`).ssl).toEqual({ ...PROVEN, verifyIdentity: false });
    expect(by(`ssl=${json({ rejectUnauthorized: false })}`).ssl).toEqual({ ...PROVEN, rejectUnauthorized: false });
    expect(by('ssl=false').ssl).toBeUndefined();
    expect(by('').ssl).toBeUndefined();
  });

  test.each(['ssl=Amazon%20RDS', 'ssl=REQUIRED', 'ssl=', 'ssl=1', 'ssl=null', 'ssl=%5B%5D'])('is refused if it asks for TLS in an unknown way: %s', (query) => {
    expect(() => by(query)).toThrow(/^a MySQL URL has its ssl as JSON/);
  });

  test.each(['sslmode=require', 'ssl-mode=VERIFY_IDENTITY', 'useSSL=true', 'tls=true', 'multipleStatements=true', 'rowsAsArray=true'])(
    'is refused with a parameter that would be ignored, or override our options: %s',
    (query) => {
      expect(() => by(query)).toThrow(`a MySQL URL has no parameter ${query.split('=')[0]}`);
    },
  );

  test('never shows its password when it is refused', () => {
    for (const url of ['mysql://u:hunter2@h/d?tls=1', 'mysql://u:hunter2%@h/d', 'mysql//u:hunter2@h', 'mysql://u:hunter2@h:port/d']) {
      const refusal = (() => {
        try {
          return mysqlAddress(url);
        } catch (error) {
          return error;
        }
      })();
      expect(refusal).toMatchObject({ code: 'mysql-address-wrong' });
      expect(String(refusal)).not.toContain('hunter2');
    }
  });
});

test('parameters that leave a TLS server unproven are known for both databases', () => {
  expect(unprovenBy('mysql://u:p@h/d')).toEqual([]);
  expect(unprovenBy('mysql://u:p@h/d?ssl=true')).toEqual([]);
  expect(unprovenBy(`mysql://u:p@h/d?ssl=${json({ rejectUnauthorized: false })}`)).toEqual(['rejectUnauthorized: false']);
  expect(unprovenBy(`mysql://u:p@h/d?ssl=${json({ verifyIdentity: false })}`)).toEqual(['verifyIdentity: false']);
  expect(unprovenBy('mongodb://u:p@a,b/d?replicaSet=rs&tls=true')).toEqual([]);
  expect(unprovenBy('mongodb://u:p@a,b/d')).toEqual([]);
  expect(unprovenBy('mongodb://u:p@a,b/d?tls=true&tlsAllowInvalidHostnames=true')).toEqual(['tlsAllowInvalidHostnames']);
  expect(unprovenBy('mongodb://u:p@a,b/d?tlsinsecure=true&tlsAllowInvalidCertificates=false')).toEqual(['tlsinsecure']);
});
