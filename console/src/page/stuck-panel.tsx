import { useComputed } from '@preact/signals';
import type { StuckOrders } from '@souk/contracts/http/order';
import type { Problem } from '@souk/contracts/problem';
import { useEffect, useState } from 'preact/hooks';
import { askService } from './api.ts';
import { clock, durationText } from './clock.ts';
import { Confirm } from './confirm.tsx';
import { readAll } from './counts.ts';
import { loadOrderFacts, type OrderFacts } from './order-facts.ts';
import { compensate, type Holding, holdingOf, nudge, nudgedText, undoneBy } from './order-verbs.ts';
import { Asked, count, Countdown, Empty, OrderLink, Verb } from './panel-parts.tsx';
import { Busy, shortId, Status } from './parts.tsx';
import { useWatched } from './watched.ts';
import { whyStuck } from './why-stuck.ts';
import { words } from './words.ts';

type Stuck = StuckOrders['items'][number];

/** Orders that are explained unasked: each explanation is a dozen questions. */
const EXPLAINED = 5;
/** Orders that are shown at first; the service tells 100 at most. */
const SHOWN = 25;
/** Milliseconds after which an explanation is asked for again. */
const EXPLAINED_FOR_MS = 15_000;

/** Orders that have waited for another service for too long, each with the reason. */
export function StuckPanel() {
  const [shown, setShown] = useState(SHOWN);
  const stuck = useWatched<StuckOrders>('stuck', (signal) => askService('order', '/orders/stuck', { signal }));
  const items = stuck.value?.items ?? [];
  return (
    <section class="panel" aria-labelledby="panel-title">
      <h2 id="panel-title" tabIndex={-1}>Stuck orders</h2>
      {stuck.value !== undefined && <p class="quiet">Orders that have waited for another service for more than {durationText(stuck.value.stuckAfterS * 1000)}, the longest waiting first. A nudge sends their messages again, which can do no harm; a compensation cancels the order and gives back what it holds.</p>}
      <Asked of={stuck} who="Order" />
      {stuck.value?.items.length === 0 && <Empty>No order is stuck: none has waited for too long.</Empty>}
      <ul class="rows">{items.slice(0, shown).map((order, n) => <StuckOrder key={order.orderId} stuck={order} isExplained={n < EXPLAINED} reload={stuck.reload} />)}</ul>
      {items.length > shown && <button type="button" class="more" onClick={() => setShown(items.length)}>{count(items.length - shown, 'more order')}</button>}
    </section>
  );
}

interface StuckOrderProps {
  readonly stuck: Stuck;
  readonly isExplained: boolean;
  readonly reload: () => void;
}

function StuckOrder({ stuck: { orderId, status, waitsFor, since, deadlineAt }, isExplained, reload }: StuckOrderProps) {
  const [isNudging, setNudging] = useState(false);
  const [nudged, setNudged] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [explains, setExplains] = useState(isExplained);
  const doNudge = async () => {
    setNudging(true);
    setNudged(nudgedText(await nudge(orderId)));
    setNudging(false);
    reload();
    void readAll();
  };
  return (
    <li class="stuck" data-row>
      <p class="letter-what"><OrderLink id={orderId} /> <Status status={status} /> <span>waits for {words(waitsFor)}</span> <span class="quiet">since <Waited since={since} />{!explains && deadlineAt !== null && <>; cancelled by itself <Countdown to={deadlineAt} /></>}</span></p>
      {explains ? <Why orderId={orderId} /> : <p><button type="button" class="small" onClick={() => setExplains(true)}>Why?<span class="unseen"> order {shortId(orderId)}</span></button></p>}
      <div class="verbs">
        <Verb kind="small" keys="n" isBusy={isNudging} onDo={() => void doNudge()} about={`order ${shortId(orderId)}`}>Nudge</Verb>
        <Verb kind="small danger" keys="c" cannot={status === 'cancelled' ? 'it is cancelled already: a nudge asks the others again' : null} onDo={() => setAsking(true)} about={`order ${shortId(orderId)}`}>Compensate…</Verb>
      </div>
      <p class="nudged" role="status">{nudged}</p>
      {isAsking && <Compensation orderId={orderId} onDone={reload} onClose={() => setAsking(false)} />}
    </li>
  );
}

function Waited({ since }: { readonly since: string }) {
  const text = useComputed(() => durationText(clock.value - Date.parse(since)));
  return <time dateTime={since} title={since}>{text}</time>;
}

function Why({ orderId }: { readonly orderId: string }) {
  const facts = useWatched<OrderFacts>(orderId, async (signal) => ({ ok: true, value: await loadOrderFacts(orderId, askService, signal), etag: null }), {
    everyMs: () => EXPLAINED_FOR_MS,
    concerns: ({ key }) => key === orderId,
  });
  return facts.value === undefined ? <Busy label="Asking why" /> : <p class="why">{whyStuck(facts.value)}</p>;
}

interface CompensationProps {
  readonly orderId: string;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

/** Says what a compensation takes back before it is done. */
function Compensation({ orderId, onDone, onClose }: CompensationProps) {
  const [holding, setHolding] = useState<Holding | null>(null);
  useEffect(() => {
    void holdingOf(orderId).then(setHolding);
  }, [orderId]);
  const confirm = async (): Promise<Problem | null> => {
    const answer = await compensate(orderId);
    onDone();
    void readAll();
    return answer.ok ? null : answer.problem;
  };
  return (
    <Confirm title="Compensate this order?" verb="Cancel the order and give back" isDanger onConfirm={confirm} onClose={onClose}>
      <p>Order <code>{orderId}</code></p>
      {holding === null ? <Busy label="Asking what it holds" /> : <ul class="undone">{undoneBy(holding).map((line) => <li key={line}>{line}</li>)}</ul>}
      <p class="quiet">A compensation cannot be taken back: the customer would have to order again.</p>
    </Confirm>
  );
}
