import { randomUUID } from 'node:crypto';
import type { ContractShop } from './contract-shop.ts';
import type { LiveRoute } from './live-routes.ts';
import { bodyOf, bytesOf, pathOf } from './sample-requests.ts';

const LIMIT_MS = 15_000;

interface Change {
  readonly token?: string | undefined;
  /** Instead of the body that is right. */
  readonly text?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RouteAnswer {
  readonly status: number;
  readonly type: string;
}

/** Asks the route for the shop's own objects, right in everything that is not said otherwise. */
export async function requestRoute(shop: ContractShop, route: LiveRoute, { token, text, headers }: Change = {}): Promise<RouteAnswer> {
  const bytes = bytesOf(route);
  const body = text ?? bytes ?? JSON.stringify(bodyOf(route, shop.objects));
  const over = new AbortController();
  const limit = setTimeout(() => over.abort(), LIMIT_MS);
  try {
    const response = await fetch(`${shop.urls[route.service]}${pathOf(route, shop.objects)}`, {
      method: route.method,
      signal: over.signal,
      headers: {
        ...(body !== undefined && { 'content-type': bytes === undefined ? 'application/json' : 'image/png' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(route.method === 'POST' && { 'idempotency-key': randomUUID() }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    // A stream goes on as long as its order does, or without end.
    await response.body?.cancel();
    return { status: response.status, type: response.headers.get('content-type')?.split(';')[0] ?? '' };
  } finally {
    clearTimeout(limit);
  }
}
