import { router } from '@souk/chassis/web/app/router';

/** The least that a service could do for a POST: read its JSON and answer. Ends with the process that started it. */
const app = router()
  .post('/orders', () => new Response('{"id":"00000000-0000-7000-8000-000000000000"}', { status: 202, headers: { 'content-type': 'application/json' } }))
  .listen({ hostname: '127.0.0.1', port: 0 });
process.stdout.write(`${app.server?.port}\n`);
for await (const _ of Bun.stdin.stream());
process.exit(0);
