import { describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, optional, secret, text, withSecretFiles } from '../../src/service/config.ts';
import { temporaryFolder } from '../../src/testing/temporary-store.ts';

const spec = { database: secret(text('DATABASE_URL', 'where')), region: optional(text('REGION', 'where')) };

function inFile(content: string, use: (path: string) => void): void {
  const folder = temporaryFolder();
  try {
    const path = join(folder.path, 'secret');
    writeFileSync(path, content);
    use(path);
  } finally {
    folder.remove();
  }
}

describe('a secret in a file', () => {
  test('is the file\'s content without the line end', () => {
    inFile('mysql://u:p@db/x\n', (path) => {
      expect(withSecretFiles({ DATABASE_URL_FILE: path }, spec)).toMatchObject({ DATABASE_URL: 'mysql://u:p@db/x' });
    });
  });

  test('is refused when the variable itself is set too', () => {
    inFile('one', (path) => {
      expect(() => withSecretFiles({ DATABASE_URL_FILE: path, DATABASE_URL: 'two' }, spec)).toThrow(
        'DATABASE_URL_FILE is set beside DATABASE_URL: choose one',
      );
    });
  });

  test('that cannot be read is an error with its name', () => {
    const read = () => withSecretFiles({ DATABASE_URL_FILE: '/nowhere/secret' }, spec);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/^DATABASE_URL_FILE cannot be read: ENOENT/);
  });

  test('is read for secrets alone', () => {
    expect(withSecretFiles({ REGION_FILE: '/nowhere' }, spec)).toEqual({ REGION_FILE: '/nowhere' });
  });
});
