import { useComputed } from '@preact/signals';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import type { Problem } from '@souk/contracts/problem';
import type { ComponentChildren } from 'preact';
import { clock, durationText } from './clock.ts';
import { session } from './live.ts';
import { Busy, PlaceLink, Shape, Short } from './parts.tsx';
import { go, type Place, place, placeUrl } from './place.ts';
import type { Watched } from './watched.ts';
import { serviceName } from './words.ts';

/** Text that somebody else wrote: whatever direction and length it has, the rest of the page keeps its own. */
export function Said({ children, isShort = false }: { readonly children: string; readonly isShort?: boolean }) {
  return <bdi class={isShort ? 'said is-short' : 'said'}>{children}</bdi>;
}

/** Why buttons that change something are disabled; null: they work. */
export function whyNoWrites(): string | null {
  return session.value?.mode === 'read-only' ? 'This console is read-only: nothing can be changed from here.' : null;
}

export interface VerbProps {
  readonly children: ComponentChildren;
  readonly onDo: () => void;
  /** Why it cannot be done now. */
  readonly cannot?: string | null;
  readonly isBusy?: boolean;
  readonly kind?: 'primary' | 'danger' | 'small' | 'small danger';
  /** The rest of the sentence, for those who hear the button and do not see what it belongs to. */
  readonly about?: string;
  readonly keys?: string;
}

/** A button that changes something. While it cannot, it can still be reached, and says why. */
export function Verb({ children, onDo, cannot = null, isBusy = false, kind, about, keys }: VerbProps) {
  const why = whyNoWrites() ?? cannot;
  return (
    <button
      type="button" class={kind} title={why ?? undefined} aria-keyshortcuts={keys}
      aria-disabled={why !== null || isBusy} onClick={() => { if (why === null && !isBusy) onDo(); }}
    >
      {isBusy ? 'One moment…' : children}<span class="unseen"> {about}{why !== null && ` (not now: ${why})`}</span>{keys !== undefined && <> <kbd aria-hidden="true">{keys}</kbd></>}
    </button>
  );
}

/** The state of what was asked of one service: waiting, or why there is nothing, or nothing new. */
export function Asked<T>({ of, who }: { readonly of: Watched<T>; readonly who: string }) {
  if (of.problem !== null) return <Away who={who} problem={of.problem} isOld={of.value !== undefined} retry={of.reload} />;
  return of.value === undefined ? <Busy label={`Asking ${who}`} /> : null;
}

/** `isOld`: what is shown was true before. */
function Away({ who, problem, isOld, retry }: { readonly who: string; readonly problem: Problem; readonly isOld: boolean; readonly retry: () => void }) {
  const title = problem.status >= 500 ? `${who} does not answer` : problem.title;
  return (
    <div class="failure" role="status">
      <p><Shape name="failed" /> <strong>{title}.</strong> <Said>{problem.detail}</Said>{isOld && ' What is shown here is what it said before.'}</p>
      <button type="button" class="small" onClick={retry}>Ask again<span class="unseen">: {who}</span></button>
    </div>
  );
}

/** `each`: what was asked of all five. One service that is away does not hide the others. */
export function AskedOfAll<T>({ each }: { readonly each: Readonly<Record<ServiceName, Watched<T>>> }) {
  const waiting = SERVICES.filter((service) => each[service].value === undefined && each[service].problem === null);
  return (
    <>
      {SERVICES.filter((service) => each[service].problem !== null).map((service) => <Asked key={service} of={each[service]} who={serviceName(service)} />)}
      {waiting.length > 0 && <Busy label={`Asking ${waiting.map(serviceName).join(', ')}`} />}
    </>
  );
}

/** True once all have answered and none has anything. */
export function hasNothing<T>(each: Readonly<Record<ServiceName, Watched<T>>>, numberOf: (value: T) => number): boolean {
  return SERVICES.every((service) => {
    const { value } = each[service];
    return value !== undefined && numberOf(value) === 0;
  });
}

interface PanelLinkProps {
  readonly to: { readonly drawer?: Place['drawer']; readonly item?: string | undefined };
  readonly children: ComponentChildren;
  readonly className?: string;
  /** It leads to what is shown already. */
  readonly isCurrent?: boolean;
  /** It gets the focus back when what it opened is left. */
  readonly isRow?: boolean;
}

/** A link to another place of the drawer; it opens in a new tab like any other link. */
export function PanelLink({ to, children, className = '', isCurrent = false, isRow = false }: PanelLinkProps) {
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  const href = placeUrl({ ...place.value, ...to } as Place);
  return (
    <a href={href} class={isCurrent ? `${className} is-open` : className} aria-current={isCurrent ? 'page' : undefined} data-item={isRow ? to.item : undefined} onClick={open}>
      {children}
    </a>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }) {
  return <p class="nothing"><Shape name="done" /> {children}</p>;
}

/** `in 12 s`, or `now`. */
export function Countdown({ to }: { readonly to: string }) {
  const left = useComputed(() => {
    const ms = Date.parse(to) - clock.value;
    return ms <= 500 ? 'now' : `in ${durationText(Math.ceil(ms / 1000) * 1000)}`;
  });
  return <time dateTime={to} title={to}>{left}</time>;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function isId(text: string): boolean {
  return UUID.test(text);
}

/** Leads from a drawer to an order. */
export function OrderLink({ id, label }: { readonly id: string; readonly label?: string }) {
  return <PlaceLink to={{ order: id, drawer: undefined, item: undefined, message: undefined }}>{label === undefined ? <span class="unseen">order </span> : `${label}: order `}<Short id={id} /></PlaceLink>;
}

/** The key of a message: a link where it is the id of an order. */
export function Key({ of, topic }: { readonly of: string; readonly topic: string }) {
  const isOrder = isId(of) && /^(?:order|inventory|payment)\.(?!low)/.test(topic);
  if (isOrder) return <OrderLink id={of} />;
  return isId(of) ? <Short id={of} /> : <code><Said isShort>{of}</Said></code>;
}

/** The person who did something. */
export function Who({ id }: { readonly id: string | null }) {
  if (id === null) return <>nobody</>;
  return id === session.value?.userId ? <span title={id}>you</span> : <Short id={id} />;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}
