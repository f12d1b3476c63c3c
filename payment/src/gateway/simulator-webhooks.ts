import { createHmac, timingSafeEqual } from 'node:crypto';
import { type RunningJobs, startJobs } from '@souk/chassis/engine/jobs';
import { faultSource } from '@souk/chassis/telemetry/report';
import { shortText } from '@souk/contracts/strings';
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { GatewayEvent, GatewayResult, WebhookTarget } from './gateway.ts';
import type { SimulatorLedger } from './simulator-ledger.ts';

/** Milliseconds after which a webhook without an answer counts as undelivered. */
const ANSWER_LIMIT_MS = 3000;
const AT_ONCE = 20;

interface PostmanOptions {
  readonly ledger: Pick<SimulatorLedger, 'write' | 'hasDueWebhook' | 'takeDueWebhooks' | 'removeWebhook'>;
  readonly target: WebhookTarget;
  readonly secret: string;
  /** The clock that all replicas share, by which webhooks are due. */
  readonly now: () => Promise<number>;
  /** epoch milliseconds by this machine's clock, for signatures */
  readonly ownNow: () => number;
}

/** Sends the simulator's webhooks when they are due, and again until they are accepted or the ledger gives up. */
export function startPostman({ ledger, target: { url, report }, secret, now, ownNow }: PostmanOptions): RunningJobs {
  const faults = faultSource(report, 'webhooks');

  async function deliver({ id, body }: { readonly id: string; readonly body: string }): Promise<void> {
    const headers = { 'content-type': 'application/json', 'souk-signature': signWebhook(body, { secret, at: ownNow() }) };
    try {
      const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
      const { ok, status } = await fetch(url, { method: 'POST', headers, body, signal });
      if (!ok) throw new Error(`the receiver answered ${status}`);
      faults.worked();
      await ledger.write(() => ledger.removeWebhook(id));
    } catch (error) {
      // No receiver, or a refusal: the ledger makes it due again later.
      faults.failed(error, 'a webhook was not accepted', { webhook: id });
    }
  }

  const send = async (): Promise<void> => {
    const at = await now();
    if (!ledger.hasDueWebhook(at)) return;
    const due = await ledger.write(() => ledger.takeDueWebhooks(at, AT_ONCE));
    await Promise.all(due.map(deliver));
  };
  return startJobs([{ name: 'send the webhooks of the simulator', everyMs: 200, run: send }], report);
}

/** A webhook of the simulator; it may have more fields than these. */
const SimulatorEvent = Type.Object({
  id: Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' }),
  about: Type.Union([Type.Literal('charge'), Type.Literal('refund')]),
  key: Type.String({ minLength: 1, maxLength: 200 }),
  result: Type.Union([
    Type.Object({ status: Type.Literal('succeeded'), reference: shortText(200) }),
    Type.Object({ status: Type.Literal('declined'), reason: shortText(100) }),
    Type.Object({ status: Type.Literal('pending') }),
  ]),
});
type SimulatorEvent = Static<typeof SimulatorEvent>;

/** The body of a webhook about a charge or refund that has ended. */
export function webhookBody(event: {
  readonly id: string;
  readonly about: SimulatorEvent['about'];
  readonly key: string;
  readonly result: GatewayResult;
}): string {
  return JSON.stringify(event);
}

/** An event of a kind unknown to us has no news: it is accepted and stored like the others. */
export function readWebhookBody(body: Uint8Array): GatewayEvent | 'unreadable' {
  const event = parsed(body);
  if (event === undefined) return 'unreadable';
  if (Value.Check(SimulatorEvent, event)) return { eventId: event.id, news: { key: event.key, result: event.result } };
  return { eventId: new Bun.CryptoHasher('sha256').update(body).digest('hex'), news: null };
}

function parsed(body: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return value;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Maximum difference in seconds between a signature's time and ours: a recorded webhook is worthless later. */
const WINDOW_S = 300;
/** A sender that changes its secret signs with both; no honest header has more than this. */
const MOST_SIGNATURES = 5;

/** The value of the `Souk-Signature` header for this body. `at`: epoch milliseconds. */
export function signWebhook(body: string, { secret, at }: { readonly secret: string; readonly at: number }): string {
  const time = String(Math.floor(at / 1000));
  return `t=${time},v1=${macOf(time, Buffer.from(body), secret).toString('hex')}`;
}

/** True when some body could match the header: it has one time, within the window around `now`, and signatures. */
export function mayBeSigned(header: string | null, now: number): boolean {
  const { time, signatures } = partsOf(header ?? '');
  return time !== undefined && isInTime(time, now) && signatures.length > 0;
}

/**
 * True when one of the secrets has signed exactly these bytes within the window around `now` (epoch milliseconds). During a
 * rotation both secrets are tried, always all of them, each compared in constant time.
 */
export function isSigned(
  header: string | null,
  body: Uint8Array,
  { secrets, now }: { readonly secrets: readonly string[]; readonly now: number },
): boolean {
  const { time, signatures } = partsOf(header ?? '');
  if (time === undefined || !isInTime(time, now)) return false;
  const expected = secrets.map((secret) => macOf(time, body, secret));
  const fits = signatures.flatMap((signature) => expected.map((mac) => timingSafeEqual(mac, signature)));
  return fits.includes(true);
}

function isInTime(time: string, now: number): boolean {
  return Math.abs(now / 1000 - Number(time)) <= WINDOW_S;
}

interface Parts {
  /** digits, as they were signed; undefined: the header does not have exactly one time */
  readonly time: string | undefined;
  readonly signatures: readonly Buffer[];
}

function partsOf(header: string): Parts {
  const entries = header.split(',').map((part) => part.trim());
  const times = entries.filter((entry) => entry.startsWith('t=')).map((entry) => entry.slice(2));
  const signatures = entries.filter((entry) => /^v1=[0-9a-f]{64}$/i.test(entry)).slice(0, MOST_SIGNATURES);
  const [time = ''] = times;
  return {
    time: times.length === 1 && /^\d{1,12}$/.test(time) ? time : undefined,
    signatures: signatures.map((entry) => Buffer.from(entry.slice(3), 'hex')),
  };
}

function macOf(time: string, body: Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest();
}
