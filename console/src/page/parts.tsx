import { useComputed, useSignal } from '@preact/signals';
import type { Money as MoneyContract } from '@souk/contracts/money';
import type { Problem } from '@souk/contracts/problem';
import type { ServiceName } from '@souk/contracts/services';
import type { ComponentChildren } from 'preact';
import { moneyText } from './amounts.ts';
import { ageText, clock, timeText } from './clock.ts';
import { session } from './live.ts';
import { go, type Place, place, placeUrl } from './place.ts';
import { reasonText, words } from './words.ts';

/** A time as its age; the exact one, in UTC, is the tooltip. */
export function Time({ at }: { readonly at: string }) {
  const age = useComputed(() => ageText(clock.value - Date.parse(at)));
  return <time dateTime={at} title={at}>{age}</time>;
}

/** A time of day in the reader's time zone. */
export function TimeOfDay({ at }: { readonly at: string }) {
  return <time dateTime={at} title={at}>{timeText(Date.parse(at), clock.peek())}</time>;
}

/** The end of an id, which tells ids of one second apart; the whole id is the tooltip. */
export function Short({ id }: { readonly id: string }) {
  return <code class="short" title={id}>{shortId(id)}</code>;
}

export function shortId(id: string): string {
  return id.length > 12 ? id.slice(-8) : id;
}

export type ShapeName = 'empty' | 'half' | 'done' | 'failed' | 'undone' | 'undoing' | 'never';

/** Outlines of the shapes in a box of 16 x 16. Each is told from the others without its colour. */
export const SHAPES: Readonly<Record<ShapeName, string>> = {
  empty: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zm0 1.6a3.9 3.9 0 1 0 0 7.8a3.9 3.9 0 0 0 0-7.8z',
  half: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11zm0 1.6v7.8a3.9 3.9 0 0 0 0-7.8z',
  done: 'M4 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zm3.1 9.4l5-5.2l-1.2-1.1l-3.8 4l-1.9-1.9l-1.2 1.2z',
  failed: 'M3.6 2.3L8 6.7l4.4-4.4l1.3 1.3L9.3 8l4.4 4.4l-1.3 1.3L8 9.3l-4.4 4.4l-1.3-1.3L6.7 8L2.3 3.6z',
  undone: 'M6.2 2.2v2.7h2.6a4.4 4.4 0 0 1 0 8.8H4.6V12h4.2a2.7 2.7 0 0 0 0-5.4H6.2v2.7L2.4 5.75z',
  undoing: 'M6.2 2.2v2.7h2.6a4.4 4.4 0 0 1 4.3 3.6h-1.8a2.7 2.7 0 0 0-2.5-1.9H6.2v2.7L2.4 5.75zM4.6 12h1.7v1.7H4.6zm3 0h1.7v1.7H7.6z',
  never: 'M4 7.2h8v1.6H4z',
};

export function Shape({ name }: { readonly name: ShapeName }) {
  return <svg class={`shape is-${name}`} viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d={SHAPES[name]} /></svg>;
}

const STATUS_SHAPES: Readonly<Record<string, ShapeName>> = {
  placed: 'half', awaiting_payment: 'half', completed: 'done', rejected: 'failed', cancelled: 'undone',
  pending: 'half', captured: 'done', failed: 'failed', voided: 'undone', succeeded: 'done',
  reserved: 'half', committed: 'done', released: 'undone', restocked: 'undone', refused: 'failed',
  shipped: 'half', delivered: 'done', dead: 'failed', redriven: 'done', discarded: 'never',
  none: 'never', paid: 'done', partially_refunded: 'undone', refunded: 'undone',
  running: 'half', stopped: 'never', halted: 'failed', waiting: 'empty', applied: 'done', already_applied: 'done', sent: 'done', ignored: 'never', parked: 'half',
};

/** A state of an order, payment, refund, reservation, parcel, dead letter or redrive: shape, colour and word. */
export function Status({ status }: { readonly status: string }) {
  const shape = STATUS_SHAPES[status] ?? 'empty';
  return <span class={`status is-${shape}`}><Shape name={shape} />{words(status)}</span>;
}

export function Reason({ reason }: { readonly reason: string }) {
  return <span class="reason">{reasonText(reason)}</span>;
}

export function Money({ money }: { readonly money: MoneyContract }) {
  return <span class="money">{moneyText(money)}</span>;
}

/** Why something did not work, in the words of whoever refused it. */
export function Failure({ problem, retry }: { readonly problem: Problem; readonly retry?: () => void }) {
  return (
    <div class="failure" role="alert">
      <p><Shape name="failed" /> <strong>{problem.title}.</strong> {problem.detail}</p>
      {problem.errors?.map(({ pointer, detail }) => <p key={pointer}><code>{pointer}</code> {detail}</p>)}
      {problem.requestId !== '' && <p class="quiet">request <code>{problem.requestId}</code></p>}
      {retry !== undefined && <button type="button" onClick={retry}>Try again</button>}
    </div>
  );
}

export function Busy({ label = 'Loading' }: { readonly label?: string }) {
  return <p class="busy" role="status"><Shape name="half" /> {label}…</p>;
}

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const said = useSignal<string | null>(null);
  const copy = () => {
    // A browser gives the clipboard to pages of https and of this machine alone.
    void navigator.clipboard?.writeText(text).then(() => 'Copied', () => 'Select it and press Ctrl+C').then((what) => {
      said.value = what;
      return setTimeout(() => { said.value = null; }, 2000);
    });
  };
  return <button type="button" class="small" onClick={copy} aria-label={said.value ?? label}>{said.value ?? 'Copy'}</button>;
}

export interface CurlProps {
  readonly service: ServiceName;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
}

/** The same request for a terminal. `$TOKEN`: an access token of staff. */
export function Curl(props: CurlProps) {
  const text = curlText(session.value?.services[props.service] ?? '', props);
  return <div class="curl"><pre tabIndex={0} aria-label="curl">{text}</pre><CopyButton text={text} label="Copy this curl" /></div>;
}

export function curlText(base: string, { method = 'GET', path, body }: Omit<CurlProps, 'service'>): string {
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${quoted(base + path)}`,
    `  -H "authorization: Bearer $TOKEN"`,
    ...(body === undefined ? [] : [`  -H 'content-type: application/json'`, `  -d ${quoted(JSON.stringify(body))}`]),
  ];
  return lines.join(' \\\n');
}

/** Text that a shell reads as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

type Change = { readonly [Name in keyof Place]?: Place[Name] | undefined };

/** A link to another place of the page; it opens in a new tab like any other link. */
export function PlaceLink({ to, label, className, children }: { readonly to: Change; readonly label?: string; readonly className?: string; readonly children: ComponentChildren }) {
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  const href = placeUrl({ ...place.value, ...to } as Place);
  return <a href={href} class={className} aria-label={label} onClick={open}>{children}</a>;
}
