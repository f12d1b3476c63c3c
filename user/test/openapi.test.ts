import { expect, test } from 'bun:test';
import { runUsers } from './running-users.ts';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>>;
}

test('the document names every route with the answers a client has to expect', async () => {
  const users = await runUsers({ admin: undefined });
  const { paths } = (await users.send<Document>('GET', '/openapi.json')).body;
  await users.close();
  const answers = (method: string, path: string) => Object.keys(paths[path]?.[method]?.responses ?? {});
  const routes: [string, string, string[]][] = [
    ['post', '/users', ['201', '400', '409', '413', '415', '422', '500', '503']],
    ['post', '/sessions', ['200', '400', '401', '413', '415', '422', '500', '503']],
    ['post', '/sessions/refresh', ['200', '400', '401', '413', '415', '422', '500', '503']],
    ['get', '/sessions', ['200', '401', '422', '500']],
    ['delete', '/sessions', ['204', '401', '500']],
    ['delete', '/sessions/{id}', ['204', '401', '404', '500']],
    ['get', '/users/me', ['200', '304', '401', '500']],
    ['patch', '/users/me', ['200', '401', '412', '422', '428', '500']],
    ['get', '/users', ['200', '401', '403', '422', '500']],
    ['put', '/users/{id}/roles', ['200', '401', '403', '404', '409', '422', '500']],
    ['get', '/.well-known/jwks.json', ['200', '500']],
  ];
  for (const [method, path, expected] of routes) {
    expect([method, path, answers(method, path)]).toEqual([method, path, expect.arrayContaining(expected)]);
  }
});
