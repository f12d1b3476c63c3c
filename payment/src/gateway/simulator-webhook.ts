import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { shortText } from '@souk/contracts/strings';
import type { GatewayEvent, GatewayNews, GatewayResult } from './gateway.ts';

const key = Type.String({ minLength: 1, maxLength: 200 });
const about = Type.Union([Type.Literal('charge'), Type.Literal('refund')]);

/** A webhook of the simulator; it may have more fields than these. */
const SimulatorEvent = Type.Object({
  id: Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' }),
  about,
  key,
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
  if (Value.Check(SimulatorEvent, event)) return { eventId: event.id, news: newsOf(event) };
  return { eventId: new Bun.CryptoHasher('sha256').update(body).digest('hex'), news: null };
}

function newsOf({ key: ours, result }: SimulatorEvent): GatewayNews {
  return { key: ours, result };
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
