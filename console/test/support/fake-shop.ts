import type { OrderCounts, SagaDescription } from '@souk/contracts/http/order';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { pageFiles } from '../../src/server/browser-files.ts';
import type { Session } from '../../src/session.ts';
import { fakeLetters } from './fake-letters.ts';
import { fakeOps, notFound, page, problem } from './fake-ops.ts';
import { fakeRedrives } from './fake-redrives.ts';
import { type Course, type FakeWorld, fakeWorld, summaryOf, uuid } from './fake-world.ts';

export interface FakeShopOptions {
  /** Orders that exist at start. */
  readonly orders?: number;
  /** Orders placed each second. */
  readonly rate?: number;
  readonly signedIn?: boolean;
  readonly mode?: Session['mode'];
  /** Without dead letters, parked keys and stuck orders. */
  readonly well?: boolean;
  readonly port?: number;
}

const COURSES: readonly Course[] = ['completes', 'completes', 'completes', 'short', 'completes', 'declined', 'completes', 'refunded', 'completes', 'hangs'];
const SAGA: SagaDescription = {
  states: ['placed', 'awaiting_payment', 'completed', 'rejected', 'cancelled'],
  answers: [],
  waits: [
    { state: 'placed', waitsFor: 'stock', asked: 'order.created', by: 'inventory', until: ['inventory.reserved', 'inventory.failed'] },
    { state: 'awaiting_payment', waitsFor: 'payment', asked: 'order.ready_for_payment', by: 'payment', until: ['payment.completed', 'payment.failed'] },
    { state: 'completed', waitsFor: 'shipping', asked: 'order.completed', by: null, until: ['ship'] },
    { state: 'completed', waitsFor: 'delivery', asked: 'order.shipped', by: null, until: ['deliver'] },
    { state: 'cancelled', waitsFor: 'stock_back', asked: 'order.cancelled', by: 'inventory', until: ['inventory.released'] },
    { state: 'cancelled', waitsFor: 'money_back', asked: 'order.cancelled', by: 'payment', until: ['payment.refunded'] },
  ],
  transitions: [
    { from: 'placed', on: 'inventory.reserved', to: 'awaiting_payment', emits: ['order.ready_for_payment'] },
    { from: 'placed', on: 'inventory.failed', to: 'rejected', emits: ['order.rejected'] },
    { from: 'placed', on: 'cancel', to: 'cancelled', emits: ['order.cancelled'] },
    { from: 'placed', on: 'deadline', to: 'cancelled', emits: ['order.cancelled'] },
    { from: 'awaiting_payment', on: 'payment.completed', to: 'completed', emits: ['order.completed'] },
    { from: 'awaiting_payment', on: 'payment.failed', to: 'cancelled', emits: ['order.cancelled'] },
    { from: 'awaiting_payment', on: 'cancel', to: 'cancelled', emits: ['order.cancelled'] },
    { from: 'awaiting_payment', on: 'deadline', to: 'cancelled', emits: ['order.cancelled'] },
    { from: 'completed', on: 'cancel', to: 'cancelled', emits: ['order.cancelled'] },
  ],
  deadlines: [
    { state: 'placed', seconds: 30, limitSeconds: 300, reason: 'inventory_timeout' },
    { state: 'awaiting_payment', seconds: 900, limitSeconds: 1800, reason: 'payment_expired' },
  ],
  compensations: [
    { on: 'order.cancelled', by: 'inventory', does: 'releases or restocks', emits: 'inventory.released', undoes: 'inventory.reserved', returns: 'stock' },
    { on: 'order.cancelled', by: 'payment', does: 'voids or refunds', emits: 'payment.refunded', undoes: 'payment.completed', returns: 'money' },
  ],
  shipments: { states: ['pending', 'shipped', 'delivered'], transitions: [{ from: 'pending', on: 'ship', to: 'shipped', emits: ['order.shipped'] }, { from: 'shipped', on: 'deliver', to: 'delivered', emits: ['order.delivered'] }] },
};

/** The page and a shop of plain objects behind it, for looking at the page without the services. */
export async function startFakeShop(options: FakeShopOptions = {}) {
  const { orders = 60, rate = 0, mode = 'write', well = false } = options;
  const files = await pageFiles();
  const world = fakeWorld();
  fill(world, orders, well);
  const letters = fakeLetters(well);
  const ops = fakeOps(world, letters);
  const redrives = fakeRedrives(letters, uuid(0, 1));
  const link = { isCut: false, isSilent: false };
  const streams = new Set<() => void>();
  let isSignedIn = options.signedIn ?? true;
  let port = 0;

  const session = (): Session => ({
    userId: uuid(0, 1), email: 'olga@souk.example', roles: ['staff'], mode, embedded: true,
    services: Object.fromEntries(SERVICES.map((service, n) => [service, `http://127.0.0.1:${4001 + n}`])) as Session['services'],
  });

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const file = files.get(pathname);
    if (file !== undefined && request.method === 'GET') return new Response(Bun.gunzipSync(file.gzip), { headers: { 'content-type': file.type, 'content-security-policy': "default-src 'self'", 'cache-control': 'no-store' } });
    if (pathname.startsWith('/session')) return aboutSession(request, pathname);
    if (!isSignedIn) return problem(401, 'unauthenticated', 'Sign in again.');
    if (request.method !== 'GET' && request.headers.get('x-souk-console') !== '1') return problem(403, 'console-cross-origin', 'Not from the page.');
    if (request.method !== 'GET' && mode === 'read-only') return problem(403, 'console-read-only', 'This console only reads.');
    const body: unknown = request.method === 'POST' ? await request.json().catch(() => null) : null;
    if (pathname === '/api/stream') return link.isCut ? problem(503, 'unavailable', 'The link is cut.') : stream(request);
    if (pathname === '/demo/orders' && request.method === 'GET') return Response.json({ curl: "curl -s http://127.0.0.1:4000/demo/orders -d '{}'" });
    if (pathname === '/demo/orders') return Response.json({ orderId: start((body as { kind?: Course } | null)?.kind ?? 'completes', 500) }, { status: 201 });
    if (pathname.startsWith('/api/redrives')) return redrives(request.method, pathname, body) ?? notFound();
    const [, , service = '', ...rest] = pathname.split('/');
    if (!isService(service)) return notFound();
    const path = `/${rest.join('/')}`;
    return ops({ service, method: request.method, path, query: searchParams, body }) ?? (service === 'order' ? aboutOrders(world, request.method, path, searchParams) : notFound());
  }

  async function aboutSession(request: Request, pathname: string): Promise<Response> {
    if (request.method === 'DELETE') {
      isSignedIn = false;
      for (const end of streams) end();
      return new Response(null, { status: 204 });
    }
    if (request.method === 'POST') {
      const asked = (await request.json()) as { email?: string; password?: string; code?: string; token?: string };
      if (pathname === '/session/once' && asked.token !== 'good') return problem(401, 'link-invalid', 'The link was used already, or is older than 15 minutes. Sign in with e-mail and password.');
      if (pathname === '/session' && asked.password === 'wrong') return problem(401, 'invalid-credentials', 'E-mail or password is wrong.');
      if (pathname === '/session' && asked.password === 'second' && asked.code !== '123456') return problem(401, asked.code === undefined ? 'second-factor-required' : 'second-factor-wrong', 'A code of your authenticator is needed.');
      isSignedIn = true;
    }
    return isSignedIn ? Response.json(session()) : problem(401, 'unauthenticated', 'Nobody is signed in.');
  }

  /** All that was committed after `Last-Event-ID`, then what is committed from now on; several entries of one service within 20 ms are one message. */
  function stream(request: Request): Response {
    const encoder = new TextEncoder();
    const sent = Number(request.headers.get('last-event-id') ?? String(world.told.length));
    let end = () => {};
    return new Response(new ReadableStream<Uint8Array>({
      start(controller) {
        const send = (text: string) => controller.enqueue(encoder.encode(text));
        let position = sent;
        const flush = () => {
          if (link.isSilent) return;
          const entries = world.told.slice(position);
          position = world.told.length;
          for (const [service, of] of Map.groupBy(entries, (entry) => entry.service)) {
            const data = { service, entries: of.map((entry) => ({ ...entry, service: undefined })), skipped: 0 };
            send(`event: committed\nid: ${position}\ndata: ${JSON.stringify(data)}\n\n`);
          }
        };
        const open = () => { for (const service of SERVICES) send(`event: open\ndata: ${JSON.stringify({ service, at: new Date().toISOString(), missed: false })}\n\n`); };
        if (!link.isSilent) open();
        const flushing = setInterval(flush, 20);
        const comments = setInterval(() => { if (!link.isSilent) send(': still here\n\n'); }, 2500);
        end = () => {
          clearInterval(flushing);
          clearInterval(comments);
          streams.delete(end);
          try {
            controller.close();
          } catch {
            // The page has gone already.
          }
        };
        streams.add(end);
      },
      cancel: () => end(),
    }), { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
  }

  /** Places an order and lets it take its steps, one each `stepMs`. */
  function start(kind: Course, stepMs: number): string {
    const id = world.place();
    world.course(id, kind).forEach((step, n) => setTimeout(step, (n + 1) * stepMs));
    return id;
  }

  const server = Bun.serve({ port: options.port ?? 0, hostname: '127.0.0.1', idleTimeout: 0, fetch: answer });
  port = server.port ?? 0;
  let placed = 0;
  const placing = rate > 0 ? setInterval(() => start(COURSES[placed++ % COURSES.length] ?? 'completes', 400), 1000 / rate) : undefined;
  return {
    url: `http://127.0.0.1:${port}/`,
    world,
    start,
    /** Ends all streams; with `true` none can be opened until `false`. */
    cut(isCut: boolean) {
      link.isCut = isCut;
      for (const end of streams) end();
    },
    /** The streams stay open, new ones too, and say nothing, as behind a proxy whose server is gone. */
    silence(isSilent: boolean) {
      link.isSilent = isSilent;
    },
    signOut() {
      isSignedIn = false;
    },
    async stop() {
      clearInterval(placing);
      for (const end of streams) end();
      await server.stop(true);
    },
  };
}

function aboutOrders(world: FakeWorld, method: string, path: string, query: URLSearchParams): Response {
  if (path === '/saga') return Response.json(SAGA);
  if (path === '/orders/counts') return Response.json(counts(world));
  if (path === '/orders') return list(world, query);
  const [, , id = '', what] = path.split('/');
  const order = world.orders.get(id);
  if (order === undefined) return notFound();
  if (what === 'timeline') return Response.json({ items: world.timelines.get(id) ?? [] });
  if (what === 'cancellation' && method === 'POST') {
    for (const [n, step] of world.course(id, 'declined').slice(-3).entries()) setTimeout(step, n * 300);
    return Response.json(order, { status: 202 });
  }
  return Response.json(order, { headers: { etag: `"${order.version}"` } });
}

function counts(world: FakeWorld): OrderCounts {
  const of = (status: string) => [...world.orders.values()].filter((order) => order.status === status).length;
  const late = [...world.orders.values()].filter(({ status, updatedAt }) => (status === 'placed' || status === 'awaiting_payment') && Date.parse(updatedAt) < Date.now() - 60_000);
  return { placed: of('placed'), awaiting_payment: of('awaiting_payment'), completed: of('completed'), rejected: of('rejected'), cancelled: of('cancelled'), stuck: late.length, stuckAfterS: 60 };
}

function list(world: FakeWorld, query: URLSearchParams): Response {
  const [status, reason, waitsFor, sku, userId, before] = ['status', 'reason', 'waitsFor', 'sku', 'userId', 'placedBefore'].map((name) => query.get(name));
  const waits: Record<string, string> = { stock: 'placed', payment: 'awaiting_payment', shipping: 'completed' };
  const all = world.newestFirst().filter((order) =>
    (status == null || order.status === status) && (reason == null || order.reason === reason) && (userId == null || order.userId === userId) &&
    (waitsFor == null || order.status === waits[waitsFor]) && (sku == null || order.items.some((item) => item.sku === sku)) && (before == null || order.placedAt < before));
  const from = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 20);
  return page(all.slice(from, from + limit).map(summaryOf), from + limit < all.length ? String(from + limit) : null);
}

/** Orders of the last hours, in all the ways that an order can go; a few of them are still under way. */
function fill(world: FakeWorld, orders: number, isWell: boolean): void {
  for (let n = orders; n > 0; n--) {
    const placedAt = Date.now() - n * 41_000;
    world.clock.at = placedAt;
    const id = world.place(placedAt);
    const course = world.course(id, COURSES[n % COURSES.length] ?? 'completes');
    const isUnderWay = !isWell && n < 4;
    for (const step of isUnderWay ? course.slice(0, n - 1) : course) {
      world.clock.at += 20 + ((n * 37) % 90);
      step();
    }
    const order = world.need(id);
    const shipped = order.shipments.map((shipment) => ({ ...shipment, status: n % 3 === 0 ? 'delivered' as const : n % 3 === 1 ? 'shipped' as const : 'pending' as const }));
    const settled = isWell && (order.status === 'placed' || order.status === 'awaiting_payment') ? { status: 'completed' as const, paymentStatus: 'paid' as const } : {};
    world.orders.set(id, { ...order, shipments: shipped, ...settled });
  }
  world.clock.at = null;
}

function isService(name: string): name is ServiceName {
  return (SERVICES as readonly string[]).includes(name);
}

if (import.meta.main) {
  const { argv } = process;
  const number = (name: string) => argv.flatMap((arg, n) => (arg === `--${name}` ? [Number(argv[n + 1])] : []))[0];
  const [orders, rate, port] = [number('orders'), number('rate') ?? 1, number('port')];
  const shop = await startFakeShop({ rate, signedIn: !argv.includes('--signed-out'), mode: argv.includes('--read-only') ? 'read-only' : 'write', well: argv.includes('--well'), ...(orders !== undefined && { orders }), ...(port !== undefined && { port }) });
  process.stdout.write(`${shop.url}\n`);
}
