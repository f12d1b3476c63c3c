import { timingSafeEqual } from 'node:crypto';
import { faultSource, type Report } from '@souk/chassis/telemetry/report';
import { router } from '@souk/chassis/web/app/router';
import { rateLimit } from '@souk/chassis/web/limits/rate-limit';
import { problem } from '@souk/chassis/web/problems/problem';
import { closed, oneOf } from '@souk/contracts/schema';
import { DEMO_KINDS, type DemoByCurl, type DemoKind, type DemoOrder } from '../demo.ts';
import { type Mode, type OwnPage, readOnly } from './own-page.ts';
import type { Gate } from './pass-on.ts';
import { newSecret } from './sessions.ts';

/** Places an order as a customer of the shop would. Rejects when a service does not answer. */
export type PlaceDemoOrder = (kind: DemoKind) => Promise<DemoPlacing>;
export type DemoPlacing = { readonly kind: 'placed'; readonly orderId: string } | { readonly kind: 'refused'; readonly because: string };

interface DemoRouteDeps {
  readonly gate: Gate;
  readonly own: OwnPage;
  readonly mode: Mode;
  readonly place: PlaceDemoOrder;
  /** The console's own address. */
  readonly url: () => string;
  readonly report: Report;
}

/** Demo orders a minute, of all callers together. */
const ORDERS_PER_MINUTE = 20;

const Wanted = closed({ kind: oneOf(...DEMO_KINDS) });

/**
 * `/demo/orders`: orders for people who look around in an embedded shop. Whoever is signed in places them, and so does a command that only they are
 * shown: its token is good for nothing else, and lives as long as this process.
 */
export function demoRoutes({ gate, own, mode, place, url, report }: DemoRouteDeps) {
  const orders = rateLimit({ name: 'demo-orders', perMinute: ORDERS_PER_MINUTE });
  const faults = faultSource(report, 'demo orders');
  const token = newSecret();

  function enter(request: Request): void {
    const given = request.headers.get('authorization');
    if (given === null || !isSame(given, `Bearer ${token}`)) gate.enter(request);
    else own.requireOwn(request);
    // The gate refuses as well, but a command does not pass through it.
    if (mode === 'read-only') throw readOnly();
  }

  async function placed(kind: DemoKind): Promise<DemoPlacing> {
    try {
      const placing = await place(kind);
      faults.worked();
      return placing;
    } catch (error) {
      faults.failed(error, 'a demo order could not be placed');
      throw problem('unavailable', { detail: 'A service that the order needs does not answer: try again when all of them are back.', headers: { 'retry-after': '2' } });
    }
  }

  return router()
    .get('/demo/orders', ({ request }): DemoByCurl => {
      gate.enter(request);
      const lines = [`curl -s ${url()}/demo/orders`, `  -H 'authorization: Bearer ${token}'`, `  -H 'content-type: application/json' -d '{"kind":"completes"}'`];
      return { curl: lines.join(' \\\n') };
    })
    .post('/demo/orders', async ({ body, set }): Promise<DemoOrder> => {
      const { retryAfterS } = orders('all');
      if (retryAfterS !== undefined) {
        throw problem('too-many-requests', { detail: `That is enough for a demo: wait ${retryAfterS} s.`, headers: { 'retry-after': String(retryAfterS) } });
      }
      const placing = await placed(body.kind);
      if (placing.kind === 'refused') throw problem('conflict', { detail: placing.because });
      set.status = 202;
      return { orderId: placing.orderId };
    }, { body: Wanted, transform: ({ request }) => enter(request) });
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
