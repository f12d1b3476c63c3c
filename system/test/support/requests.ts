import { expect } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { ServiceName } from '@souk/contracts/services';
import { type Answer, ask } from '../../src/shop/ask.ts';
import type { OpenShop } from './open-shop.ts';

export type Request = readonly [method: string, service: ServiceName, path: string, body?: object];

/** Each POST with an Idempotency-Key of its own, because some need one. */
export function send(shop: OpenShop, [method, service, path, body]: Request, token?: string): Promise<Answer> {
  return ask(`${shop.urls[service]}${path}`, {
    method,
    ...(token !== undefined && { token }),
    ...(body && { body }),
    headers: method === 'POST' ? { 'idempotency-key': randomUUID() } : {},
  });
}

/** What a request that must not be refused is answered. */
export async function answered<T>(shop: OpenShop, request: Request, token?: string): Promise<T> {
  const { status, text } = await send(shop, request, token);
  const [method, service, path] = request;
  if (status >= 300) throw new Error(`${method} ${service} ${path}: ${status} ${text}`);
  return JSON.parse(text);
}

export function expectProblem({ status, text, headers }: Answer, expected: number): void {
  const type = headers.get('content-type')?.split(';')[0];
  expect({ status, type }).toEqual({ status: expected, type: 'application/problem+json' });
  expect(JSON.parse(text)).toMatchObject({ status: expected, requestId: expect.any(String) });
}
