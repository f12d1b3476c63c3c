import type { OrderRefund, Payment } from '@souk/contracts/http/payment';
import type { Page } from '@souk/contracts/paging';
import { useState } from 'preact/hooks';
import { type Answer, askService } from './api.ts';
import { Asked, Empty, OrderLink, PanelLink, Said } from './panel-parts.tsx';
import { Money, Short, Status, Time } from './parts.tsx';
import { useWatched } from './watched.ts';

const PAYMENT_STATUSES = ['pending', 'captured', 'failed', 'voided'] as const satisfies Payment['status'][];
const REFUND_STATUSES = ['pending', 'succeeded', 'failed'] as const satisfies OrderRefund['status'][];

/** Entries of a page, and pages of a list at most. */
const PAGE = 50;
const PAGES_MOST = 10;

interface Shown {
  readonly what: 'payments' | 'refunds';
  /** `undefined`: any. */
  readonly status: string | undefined;
}

/** `payments`, `payments:failed`, `refunds:pending`. */
function readItem(item: string | undefined): Shown {
  const [what, status] = (item ?? '').split(':');
  const statuses: readonly string[] = what === 'refunds' ? REFUND_STATUSES : PAYMENT_STATUSES;
  return { what: what === 'refunds' ? 'refunds' : 'payments', status: statuses.find((each) => each === status) };
}

/** Payments and refunds by status. */
export function PaymentsPanel({ item }: { readonly item: string | undefined }) {
  const { what, status } = readItem(item);
  return (
    <section class="panel" aria-labelledby="panel-title">
      <h2 id="panel-title" tabIndex={-1}>Payments and refunds</h2>
      <Choices what="payments" name="Payments" statuses={PAYMENT_STATUSES} now={{ what, status }} />
      <Choices what="refunds" name="Refunds" statuses={REFUND_STATUSES} now={{ what, status }} />
      {what === 'payments' ? <Payments key={status} status={status} /> : <Refunds key={status} status={status} />}
    </section>
  );
}

function Choices({ what, name, statuses, now }: { readonly what: Shown['what']; readonly name: string; readonly statuses: readonly string[]; readonly now: Shown }) {
  return (
    <nav class="choices" aria-label={`${name} by status`}>
      <span class="quiet">{name}</span>
      <PanelLink to={{ item: what }} isCurrent={now.what === what && now.status === undefined}>all</PanelLink>
      {statuses.map((status) => <PanelLink key={status} to={{ item: `${what}:${status}` }} isCurrent={now.what === what && now.status === status}>{status}</PanelLink>)}
    </nav>
  );
}

interface Entries<T> {
  readonly items: readonly T[];
  readonly isMore: boolean;
}

function useEntries<T>(path: '/payments' | '/refunds', status: string | undefined) {
  const [pages, setPages] = useState(1);
  const read = async (signal: AbortSignal): Promise<Answer<Entries<T>>> => {
    const items: T[] = [];
    let cursor: string | null | undefined;
    for (let n = 0; n < pages && cursor !== null; n++) {
      const page: Answer<Page<T>> = await askService<Page<T>>('payment', path, { query: { status, limit: PAGE, cursor }, signal });
      if (!page.ok) return page;
      items.push(...page.value.items);
      cursor = page.value.nextCursor;
    }
    return { ok: true, value: { items, isMore: (cursor ?? null) !== null }, etag: null };
  };
  const entries = useWatched<Entries<T>>(`${path} ${status ?? ''} ${pages}`, read, { concerns: ({ service }) => service === 'payment' });
  const older = entries.value?.isMore === true && pages < PAGES_MOST ? () => setPages(pages + 1) : null;
  return { entries, older };
}

function Older({ onOlder, isMore }: { readonly onOlder: (() => void) | null; readonly isMore: boolean }) {
  if (onOlder !== null) return <button type="button" class="more" onClick={onOlder}>Older ones</button>;
  return isMore ? <p class="quiet">The newest {PAGE * PAGES_MOST} are shown.</p> : null;
}

function Payments({ status }: { readonly status: string | undefined }) {
  const { entries, older } = useEntries<Payment>('/payments', status);
  const items = entries.value?.items ?? [];
  return (
    <>
      <Asked of={entries} who="Payment" />
      {entries.value?.items.length === 0 && <Empty>{status === undefined ? 'No payment yet.' : `No payment is ${status}.`}</Empty>}
      <ul class="rows">{items.map((payment) => <PaymentRow key={payment.id} payment={payment} />)}</ul>
      <Older onOlder={older} isMore={entries.value?.isMore === true} />
    </>
  );
}

function PaymentRow({ payment }: { readonly payment: Payment }) {
  const { id, orderId, status, amount, refunded, failureReason, gatewayReference, live, createdAt } = payment;
  return (
    <li class="payment" data-row>
      <p class="letter-what"><Status status={status} /> <OrderLink id={orderId} />{!live && <span class="badge">simulated</span>}</p>
      <p class="amount"><Money money={amount} /></p>
      <p class="quiet">payment <Short id={id} />, <Time at={createdAt} />{gatewayReference !== null && <>, gateway’s <code><Said isShort>{gatewayReference}</Said></code></>}</p>
      {refunded.amount > 0 && <p class="refunded"><Money money={refunded} /> refunded</p>}
      {failureReason !== null && <p class="receipt-cause"><Said isShort>{failureReason}</Said></p>}
    </li>
  );
}

function Refunds({ status }: { readonly status: string | undefined }) {
  const { entries, older } = useEntries<OrderRefund>('/refunds', status);
  const items = entries.value?.items ?? [];
  return (
    <>
      <Asked of={entries} who="Payment" />
      {entries.value?.items.length === 0 && <Empty>{status === undefined ? 'No refund yet.' : `No refund is ${status === 'succeeded' ? 'done' : status}.`}</Empty>}
      <ul class="rows">
        {items.map(({ id, orderId, paymentId, amount, reason, status: its, createdAt }) => (
          <li key={id} class="payment" data-row>
            <p class="letter-what"><Status status={its} /> <OrderLink id={orderId} /></p>
            <p class="amount"><Money money={amount} /></p>
            <p class="quiet">refund <Short id={id} /> of payment <Short id={paymentId} />, <Time at={createdAt} />: <Said isShort>{reason}</Said></p>
          </li>
        ))}
      </ul>
      <Older onOlder={older} isMore={entries.value?.isMore === true} />
    </>
  );
}
