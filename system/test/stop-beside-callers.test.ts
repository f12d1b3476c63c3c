import { expect, test } from 'bun:test';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { rawConnection, rawRequest } from '../src/tools/attacks/raw-connection.ts';
import { startShopProcess } from '../src/shop/shop-process.ts';

/** Somebody who begins a body and does not go on keeps each of them waiting for as long as it waits at all. */
const UNFINISHED = { user: '/sessions', product: '/products', inventory: '/warehouses', order: '/orders', payment: '/payment-methods' } as const;

test('a shop stops in time while callers hold unfinished requests at all five services', async () => {
  const folder = temporaryFolder();
  const shop = await startShopProcess({ folder: folder.path, env: { LOG_LEVEL: 'fatal' } });
  const connections = await Promise.all(
    Object.entries(UNFINISHED).map(async ([service, path]) => {
      const connection = await rawConnection(shop.urls[service as keyof typeof UNFINISHED]);
      connection.send(rawRequest({ method: 'POST', path, body: '{"a":', saidLength: 60_000 }));
      return connection;
    }),
  );
  try {
    // One more answer of each, so that what was sent before has come.
    await Promise.all(Object.values(shop.urls).map(async (url) => (await fetch(`${url}/livez`)).arrayBuffer()));
    expect(await shop.stop()).toBe(0);
  } finally {
    for (const connection of connections) connection.destroy();
    folder.remove();
  }
}, 60_000);
