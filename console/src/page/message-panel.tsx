import { useSignal } from '@preact/signals';
import type { HistorySent } from '@souk/contracts/http/ops';
import { useEffect, useRef } from 'preact/hooks';
import { askService } from './api.ts';
import { session } from './live.ts';
import { isParty, LANE_NAMES, type Party } from './lanes.ts';
import { readOnlyWhy } from './order-actions.tsx';
import type { HistoryEntry, OrderFacts } from './order-facts.ts';
import { CopyButton, Curl, Shape, Status } from './parts.tsx';
import { go } from './place.ts';
import type { Receipt } from './receipts.ts';
import type { DrawnArrow } from './saga-drawing.ts';
import { reasonText, words } from './words.ts';

interface Opened {
  readonly row: DrawnArrow;
  readonly facts: OrderFacts;
}

/** All that is known of one arrow: what it carried, what became of it, and the request that reads it. */
export function MessagePanel({ row, facts }: Opened) {
  const { arrow } = row;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <section class="message-panel" aria-label={`${arrow.name} in detail`}>
      <h3 ref={heading}><code>{arrow.name}</code>{arrow.says !== null && <span> {arrow.says}</span>}</h3>
      <p>{row.sentence}</p>
      {arrow.entry === null ? <Unrecorded row={row} facts={facts} /> : <Entry entry={arrow.entry} />}
      {arrow.receipt !== null && <Tries receipt={arrow.receipt} />}
      <Fetch row={row} facts={facts} />
      {arrow.entry?.published === true && arrow.from !== arrow.to && isParty(arrow.from) && <SendAgain party={arrow.from} stream={arrow.entry.stream} />}
      <button type="button" class="small" onClick={() => go({ message: undefined })}>Close</button>
    </section>
  );
}

function Unrecorded({ row: { arrow } }: Opened) {
  switch (arrow.kind) {
    case 'call':
    case 'answer':
      return <p class="quiet">Drawn from the payment: calls of the gateway are no messages, so there is no payload to show.</p>;
    case 'command':
    case 'decision':
      return <p class="quiet">Drawn from Order's timeline: {arrow.kind === 'command' ? 'requests are not kept' : 'a decision is no message'}, so there is no payload to show.</p>;
    case 'event':
      return <p class="quiet">The history of {LANE_NAMES[arrow.from]} cannot be read now: headers and payload are missing. The event is known from Order's timeline.</p>;
    default:
      return arrow.kind satisfies never;
  }
}

function Entry({ entry }: { readonly entry: HistoryEntry }) {
  const { message } = entry;
  return (
    <>
      <dl class="message-facts">
        <Fact name="event id" value={entry.id} isId />
        {entry.causationId !== null && <div><dt>caused by</dt><dd><button type="button" class="link" onClick={() => go({ message: entry.causationId ?? undefined })}><code>{entry.causationId}</code></button> <CopyButton text={entry.causationId} label="Copy the id of its cause" /></dd></div>}
        <Fact name="correlation" value={entry.correlationId} isId />
        <Fact name="stream" value={`${entry.stream}, version ${entry.version}`} />
        <Fact name="place" value={`lane ${entry.lane}, number ${entry.seq}`} />
        <Fact name="committed" value={entry.at} />
        {message !== null && <Fact name="sent" value={entry.sent ? `yes, to topic ${message.topic} with key ${message.key}` : 'not yet: it is committed, and not in the log'} />}
        {entry.to !== null && <div><dt>moved</dt><dd>{words(entry.from ?? 'new')} → <Status status={entry.to} />{entry.reason !== null && ` (${reasonText(entry.reason)})`}</dd></div>}
      </dl>
      {message === null ? <p class="quiet">A note: it was never sent.</p> : <Message headers={message.headers} value={message.value} />}
    </>
  );
}

function Fact({ name, value, isId = false }: { readonly name: string; readonly value: string; readonly isId?: boolean }) {
  return <div><dt>{name}</dt><dd>{isId ? <><code>{value}</code> <CopyButton text={value} label={`Copy the ${name}`} /></> : value}</dd></div>;
}

function Message({ headers, value }: { readonly headers: Readonly<Record<string, string>>; readonly value: string }) {
  const pretty = prettyJson(value);
  return (
    <>
      <div class="message-payload">
        <h4>Payload</h4>
        <CopyButton text={pretty} label="Copy the payload" />
        <pre tabIndex={0} aria-label="Payload">{pretty}</pre>
      </div>
      <details>
        <summary>{Object.keys(headers).length} headers</summary>
        <dl class="message-facts is-headers">{Object.entries(headers).map(([name, text]) => <div key={name}><dt><code>{name}</code></dt><dd><code>{text}</code></dd></div>)}</dl>
      </details>
    </>
  );
}

/** As it came, when it is no JSON. */
function prettyJson(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

function Tries({ receipt: { by, text, tries } }: { readonly receipt: Receipt }) {
  return (
    <div class="message-tries">
      <h4>At {LANE_NAMES[by]}: {text}</h4>
      {tries.length === 0 ? <p class="quiet">No try is recorded in the process that was asked.</p> : (
        <ol>
          {tries.map(({ outcome, at, cause }, n) => (
            <li key={`${at}-${n}`}><Status status={outcome} /> <time dateTime={at}>{at.slice(11, 23)}</time>{cause !== null && <span class="message-cause"> {cause}</span>}</li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** The request that reads what is shown. */
function Fetch({ row: { arrow }, facts }: Opened) {
  const payment = facts.payment.value;
  if (arrow.entry !== null && isParty(arrow.from)) return <Curl service={arrow.from} path={`/ops/history?stream=${encodeURIComponent(arrow.entry.stream)}&after=${arrow.entry.version - 1}`} />;
  if ((arrow.kind === 'call' || arrow.kind === 'answer') && payment != null) return <Curl service="payment" path={arrow.id.startsWith('refund') ? `/payments/${payment.id}/refunds` : `/payments/${payment.id}`} />;
  return <Curl service="order" path={`/orders/${facts.id}/timeline`} />;
}

function SendAgain({ party, stream }: { readonly party: Party; readonly stream: string }) {
  const said = useSignal<string | null>(null);
  const why = readOnlyWhy(session.value);
  const send = async () => {
    said.value = 'Sending…';
    const answer = await askService<HistorySent>(party, '/ops/history/send', { method: 'POST', body: { stream } });
    said.value = answer.ok ? `${LANE_NAMES[party]} sent ${answer.value.sent === 1 ? '1 event' : `${answer.value.sent} events`} again.` : `${answer.problem.title}. ${answer.problem.detail}`;
  };
  return (
    <div class="message-verb">
      <button type="button" disabled={why !== null} onClick={() => void send()}>Send again</button>
      <span class="quiet">{why ?? 'All events of this stream go to the log once more. Harmless: whoever has applied one changes nothing.'}</span>
      <span role="status">{said.value !== null && <><Shape name="half" /> {said.value}</>}</span>
    </div>
  );
}
