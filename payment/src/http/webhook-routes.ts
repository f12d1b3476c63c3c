import { problem } from '@souk/chassis/web/problems/problem';
import { rawBodyOf } from '@souk/chassis/web/bodies/raw-body';
import { causeOf, tellAbout, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import type { Engine } from '@souk/chassis/engine/engine';
import { WebhookReceived } from '@souk/contracts/http/payment';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { actionOf, type GatewayTask } from '../domain/gateway-call.ts';
import { messageOf } from '../gateway/call-gateway.ts';
import type { Gateway, GatewayNews } from '../gateway/gateway.ts';
import type { PaymentCollections, PaymentReads } from '../storage/payment-store.ts';
import { receiveWebhook, type WebhookSubject } from '../usecases/advance-payment.ts';

interface WebhookRoutesDeps {
  readonly commands: Pick<Engine<PaymentCollections, GatewayTask>, 'execute'>;
  readonly reads: Pick<PaymentReads, 'payment' | 'refund'>;
  readonly gateway: Pick<Gateway, 'name' | 'mayBeWebhook' | 'readWebhook'>;
  /** Tells a person that the gateway contradicts itself. */
  readonly anomaly: (cause: string, webhook: { readonly webhook: string; readonly orderId: string | undefined }) => void;
}

const MAX_BYTES = 64 * 1024;

/** Takes the gateway's webhooks. Each is answered once it is stored: if the answer is lost, the webhook comes again, harmlessly. */
export function webhookRoutes({ commands, reads, gateway, anomaly }: WebhookRoutesDeps) {
  async function subjectOf({ key }: GatewayNews): Promise<WebhookSubject | null> {
    const action = actionOf(key);
    if (action === undefined || !Value.Check(Uuid, action.id)) return null;
    if (action.kind === 'charge') {
      const payment = await reads.payment(action.id);
      return payment === undefined ? null : { orderId: payment.orderId, refundId: null };
    }
    const refund = await reads.refund(action.id);
    return refund === undefined ? null : { orderId: refund.orderId, refundId: refund.id };
  }

  function forged(request: Request) {
    tellSecurity(request, 'webhook.refused', {});
    return problem('signature-invalid', { detail: 'The signature does not match this body, our secret and the current time: sign the webhook again.' });
  }

  /** A sender of slow bodies must at least know the form of a webhook. */
  function requireAddressed(request: Request, { gateway: name }: Readonly<Record<string, unknown>>): void {
    if (name !== gateway.name) throw problem('not-found', { detail: `No gateway of that name is in use: this shop's is ${gateway.name}.` });
    if (!gateway.mayBeWebhook((field) => request.headers.get(field), Date.now())) throw forged(request);
  }

  function proven(request: Request) {
    const delivery = { body: rawBodyOf(request), header: (name: string) => request.headers.get(name) };
    const event = gateway.readWebhook(delivery, Date.now());
    if (event === 'forged') throw forged(request);
    if (event === 'unreadable') throw problem('malformed-json', { detail: 'The body cannot be parsed: send the event as JSON.' });
    return event;
  }

  return router().post(
    '/webhooks/:gateway',
    async ({ request }) => {
      const { eventId, news } = proven(request);
      const id = `${gateway.name}:${eventId}`;
      const subject = news && (await subjectOf(news));
      tellAbout(request, { webhook: id, ...(subject !== null && { orderId: subject.orderId }) });
      const message = news === null || news.result.status === 'pending' ? null : messageOf(news.result);
      const received = { id, key: news?.key ?? null, said: news?.result.status ?? null, subject, message };
      const { cause } = await commands.execute(receiveWebhook, received, causeOf(request));
      if (cause !== null) anomaly(cause, { webhook: id, orderId: subject?.orderId });
      return { received: true as const };
    },
    {
      uncounted: true,
      postponable: true,
      rawBody: { maxBytes: MAX_BYTES, types: ['application/json'], apart: requireAddressed },
      params: Type.Object({ gateway: Type.String({ maxLength: 50 }) }),
      refuses: ['signature-invalid', 'malformed-json', 'unavailable'],
      response: { 200: WebhookReceived },
      detail: {
        summary: "The gateway's own news about a charge or refund, signed over the raw body",
        description: 'The simulator signs in the header `Souk-Signature`: `t=<unix>,v1=<hex HMAC-SHA-256 of t.rawBody>`.',
      },
    },
  );
}
