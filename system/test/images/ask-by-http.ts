/** What MongoDB's driver asks a cloud's own network with; it is no part of what the driver exports. */
const { get } = require('mongodb/lib/utils.js') as { get(url: string): Promise<{ readonly status: number; readonly body: string }> };

/** Prints what it gets from an address that answers and from one where nobody is. */
const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: ({ url }) => new Response(new URL(url).pathname, { status: 202 }) });
const nobody = await get('http://127.0.0.1:1/').catch(() => 'refused');
process.stdout.write(JSON.stringify([await get(new URL('/token', server.url).href), nobody]));
await server.stop(true);
