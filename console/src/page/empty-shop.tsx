import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Problem } from '@souk/contracts/problem';
import type { DemoByCurl as Command } from '../demo.ts';
import { type Answer, ask } from './api.ts';
import { session } from './live.ts';
import { placeDemoOrder } from './order-verbs.ts';
import { CopyButton, Failure } from './parts.tsx';
import { go } from './place.ts';

/** Ways to a first order, in a shop without any. */
export function EmptyShop() {
  const now = session.value;
  if (!now) return null;
  return (
    <div class="empty-shop">
      <h2>No orders yet</h2>
      <p>Every order appears here the moment it is placed, and each of its steps as the services take it: stock is reserved, the card is charged, parcels are sent.</p>
      {now.embedded && now.mode === 'write' ? <><PlaceDemo /><DemoByCurl /></> : <OrderByCurl how="From a terminal, with a customer’s token and a SKU of the shop:" text={orderByCurl(now.services)} />}
    </div>
  );
}

function OrderByCurl({ how, text }: { readonly how: string; readonly text: string }) {
  return (
    <>
      <p>{how}</p>
      <div class="curl"><pre tabIndex={0} aria-label="curl that places an order">{text}</pre><CopyButton text={text} label="Copy this curl" /></div>
    </>
  );
}

/** The console itself makes the command: it holds a token that is good for demo orders only. */
function DemoByCurl() {
  const answer = useSignal<Answer<Command> | null>(null);
  useEffect(() => {
    void (async () => {
      answer.value = await ask<Command>('/demo/orders');
    })();
  }, []);
  if (answer.value === null) return null;
  return answer.value.ok ? <OrderByCurl how="Or from a terminal:" text={answer.value.value.curl} /> : <Failure problem={answer.value.problem} />;
}

function PlaceDemo() {
  const problem = useSignal<Problem | null>(null);
  const isBusy = useSignal(false);
  const placeOrder = async () => {
    isBusy.value = true;
    const answer = await placeDemoOrder('completes');
    isBusy.value = false;
    problem.value = answer.ok ? null : answer.problem;
    if (answer.ok) go({ order: answer.value.orderId });
  };
  return (
    <>
      <p><button type="button" class="primary" disabled={isBusy.value} onClick={() => void placeOrder()}>{isBusy.value ? 'Placing…' : 'Place a demo order'}</button></p>
      {problem.value !== null && <Failure problem={problem.value} />}
    </>
  );
}

/** Adds the simulator's card, then places an order that is paid with it. */
function orderByCurl({ order, payment }: { readonly order: string; readonly payment: string }): string {
  const headers = [`  -H "authorization: Bearer $TOKEN" -H "idempotency-key: $(date +%s)" \\`, `  -H 'content-type: application/json' \\`];
  const address = '{"name":"Anna","line1":"Main Street 1","city":"Vienna","postalCode":"1010","country":"AT"}';
  return [
    `CARD=$(curl -s ${payment}/payment-methods \\`,
    ...headers,
    `  -d '{"token":"tok_ok"}' | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')`,
    `curl ${order}/orders \\`,
    ...headers,
    `  -d '{"items":[{"sku":"'$SKU'","quantity":1}],"paymentMethodId":"'$CARD'",`,
    `  "shippingAddress":${address}}'`,
  ].join('\n');
}
