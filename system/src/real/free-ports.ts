import { createServer } from 'node:net';

/** Ports of 127.0.0.1 that are free now. A port that must be the same after a restart cannot be left to the process. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening()));
  const ports = servers.map(({ port }) => port);
  await Promise.all(servers.map(({ close }) => close()));
  return ports;
}

async function listening(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a port was asked for');
  return { port: address.port, close: () => new Promise((resolve) => void server.close(() => resolve())) };
}
