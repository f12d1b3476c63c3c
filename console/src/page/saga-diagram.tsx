import { useSignal } from '@preact/signals';
import type { OrderStatus } from '@souk/contracts/saga';
import type { ComponentChildren } from 'preact';
import { clock, durationText } from './clock.ts';
import { frozen } from './live.ts';
import { type Lane, LANE_NAMES, LANES } from './lanes.ts';
import { MessagePanel } from './message-panel.tsx';
import type { OrderFacts } from './order-facts.ts';
import { moneyText, unitsText } from './amounts.ts';
import { Shape, type ShapeName, Status } from './parts.tsx';
import { go, place } from './place.ts';
import type { Receipt } from './receipts.ts';
import type { Arrow } from './saga-arrows.ts';
import { type Drawing, type DrawnArrow, type Gap, UNDO_WORDS } from './saga-drawing.ts';
import type { Coming } from './saga-future.ts';
import type { GivenBack, Undo } from './saga-undo.ts';

interface Drawn {
  readonly drawing: Drawing;
  readonly facts: OrderFacts;
}

/** The order as arrows between lanes, in equal steps, oldest first. */
export function SagaDiagram({ drawing, facts }: Drawn) {
  const { rows, coming } = drawing;
  return (
    <div class="saga">
      <Heads drawing={drawing} />
      <ol class="saga-steps" aria-label="Steps of the order" onKeyDown={moveFocus}>
        {rows.map((row) => (row.kind === 'gap' ? <GapRow key={row.id} gap={row} /> : <ArrowRow key={row.arrow.id} row={row} facts={facts} />))}
        <NowRow drawing={drawing} status={facts.order.value?.status} />
        {coming.map((step) => <ComingRow key={step.id} step={step} />)}
      </ol>
      <Returned givenBack={drawing.givenBack} isMoneyKnown={facts.payment.value !== undefined} />
    </div>
  );
}

function Heads({ drawing: { lanes } }: Pick<Drawn, 'drawing'>) {
  return (
    <div class="saga-heads">
      <span class="saga-time" />
      <span class="saga-track">
        {lanes.map(({ lane, state, trouble }) => (
          <span key={lane} class={`saga-head is-${lane}${trouble === null ? '' : ' is-away'}`}>
            <LaneIcon lane={lane} />
            <span class="saga-lane">{LANE_NAMES[lane]}</span>
            {trouble === null ? state !== null && <span class="saga-state"><Status status={state} /></span> : <span class="saga-trouble"><Shape name="failed" /> {trouble}</span>}
          </span>
        ))}
      </span>
      <span class="saga-undo-head">Undo</span>
    </div>
  );
}

/** Outlines in a box of 24 x 24. */
const ICONS: Readonly<Record<Lane, string>> = {
  customer: 'M12 12a4 4 0 1 0 0-8a4 4 0 0 0 0 8zm-7 8a7 7 0 0 1 14 0',
  order: 'M6 3h12v18l-3-2l-3 2l-3-2l-3 2zM9 8h6M9 12h6',
  inventory: 'M4 8l8-4l8 4v9l-8 4l-8-4zM4 8l8 4l8-4M12 12v9',
  payment: 'M3 6h18v12H3zM3 10h18M7 15h4',
  gateway: 'M4 20h16M5 20v-9M10 20v-9M14 20v-9M19 20v-9M3 11l9-7l9 7z',
};

function LaneIcon({ lane }: { readonly lane: Lane }) {
  return <svg class="lane-icon" viewBox="0 0 24 24" aria-hidden="true"><path d={ICONS[lane]} /></svg>;
}

function ArrowRow({ row, facts }: { readonly row: DrawnArrow; readonly facts: OrderFacts }) {
  const { arrow, undo, after, n } = row;
  const isOpen = isChosen(arrow);
  return (
    <li class={`saga-row is-${arrow.kind}${isOpen ? ' is-open' : ''}${arrow.from === 'customer' || arrow.to === 'customer' ? ' is-outside' : ''}`}>
      <button type="button" class="saga-step" aria-expanded={isOpen} onClick={() => go({ message: isOpen ? undefined : arrow.id })}>
        <span class="saga-time"><Unseen>Step {n}, </Unseen>+{afterText(after)}<Unseen> after the start. {wayOf(arrow)}: </Unseen></span>
        <Track from={arrow.from} to={arrow.to} name={arrow.name} says={arrow.says} receipt={arrow.receipt} effect={arrow.effect} />
        <span class="saga-undo">{undo !== null && <UndoMark undo={undo} />}</span>
      </button>
      {isOpen && <MessagePanel row={row} facts={facts} />}
    </li>
  );
}

/** Words that make a sentence of what is drawn, for those who hear it. */
function Unseen({ children }: { readonly children: ComponentChildren }) {
  return <span class="unseen">{children}</span>;
}

function wayOf({ from, to }: { readonly from: Lane; readonly to: Lane }): string {
  return from === to ? LANE_NAMES[to] : `${LANE_NAMES[from]} to ${LANE_NAMES[to]}`;
}

/** An arrow is named by its own id, or by that of the event that it carries. */
export function isChosen(arrow: Arrow): boolean {
  const { message } = place.value;
  return message !== undefined && (message === arrow.id || (message === arrow.eventId && arrow.id.endsWith('.inventory')));
}

interface TrackProps {
  readonly from: Lane;
  readonly to: Lane;
  readonly name: string;
  readonly says?: string | null;
  readonly receipt?: Receipt | null;
  readonly effect: { readonly lane: Lane; readonly to: string; readonly reason?: string | null } | null;
}

/** Places are in lanes: the first has its line at 0.5. */
function Track({ from, to, name, says = null, receipt = null, effect }: TrackProps) {
  const [a, b] = [LANES.indexOf(from), LANES.indexOf(to)];
  const direction = a === b ? 'self' : a < b ? 'right' : 'left';
  const style = { '--from': Math.min(a, b), '--to': Math.max(a, b) };
  return (
    <span class={`saga-track is-${direction}`} style={style}>
      <span class="saga-label"><span><code>{name}</code>{says !== null && receipt !== null && <span class="saga-says"> {says}</span>}</span></span>
      <span class="saga-arrow" />
      <span class="saga-below"><span>{receipt === null ? says !== null && <span class="saga-says"><Unseen>, </Unseen>{says}</span> : <><Unseen>; </Unseen><ReceiptMark receipt={receipt} /></>}</span></span>
      {effect !== null && <span class="saga-effect"><Unseen>. {LANE_NAMES[effect.lane]} {effect.to === 'noted' ? 'notes: ' : 'is then: '}</Unseen>{effect.to === 'noted' ? <span class="status is-never">{effect.reason ?? 'noted'}</span> : <Status status={effect.to} />}</span>}
    </span>
  );
}

const RECEIPT_SHAPES: Readonly<Record<Receipt['state'], ShapeName>> = {
  applied: 'done', 'changed-nothing': 'never', 'on-its-way': 'half', 'not-sent': 'half', failing: 'half', parked: 'half', dead: 'failed', 'applied-again': 'failed', unknown: 'empty',
};

export function ReceiptMark({ receipt: { state, text, delivered } }: { readonly receipt: Receipt }) {
  const isTrouble = state === 'failing' || state === 'parked' || state === 'not-sent';
  const tone = state === 'dead' || state === 'applied-again' ? 'bad' : isTrouble ? 'undone' : state === 'applied' && (delivered ?? 0) > 1 ? 'proof' : 'plain';
  return <span class={`saga-receipt is-${tone}`}><Shape name={RECEIPT_SHAPES[state]} /> {text}</span>;
}

const UNDO_SHAPES: Readonly<Record<Undo['state'], ShapeName>> = { 'not-needed': 'empty', due: 'undoing', 'under-way': 'undoing', partly: 'undoing', done: 'undone', passed: 'never', impossible: 'never' };

function UndoMark({ undo: { state, text } }: { readonly undo: Undo }) {
  return <span class={`undo-mark is-${state}`} title={UNDO_WORDS[state]}><Shape name={UNDO_SHAPES[state]} /> <span><Unseen>. Undo: </Unseen>{state === 'due' && 'due: '}{text}<Unseen>, {UNDO_WORDS[state]}.</Unseen></span></span>;
}

function GapRow({ gap }: { readonly gap: Gap }) {
  const isOpen = useSignal(false);
  return (
    <li class="saga-gap">
      <span class="saga-time" />
      <span class="saga-track">
        <button type="button" aria-expanded={isOpen.value} onClick={() => { isOpen.value = !isOpen.value; }}>{gap.text}</button>
        {isOpen.value && <GapStory gap={gap} />}
      </span>
      <span class="saga-undo" />
    </li>
  );
}

export function GapStory({ gap: { from, to, happened } }: { readonly gap: Gap }) {
  return (
    <span class="gap-story">
      <span>{timeOf(from)} to {timeOf(to)}: {happened.length === 0 ? 'nothing was committed, and no try is recorded.' : 'tried, and failed:'}</span>
      {happened.map((text) => <span key={text}>{text}</span>)}
    </span>
  );
}

/** `+19.04 s`: steps that follow a long wait are told apart. */
function afterText(ms: number): string {
  return ms >= 10_000 && ms < 60_000 ? `${(ms / 1000).toFixed(2)} s` : durationText(ms);
}

/** `12:17:20.137` in UTC, as the services write it. */
function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

/** The line between what has been and what is to come. */
function NowRow({ drawing: { startedAt, endedAt, isAtRest, coming }, status }: { readonly drawing: Drawing; readonly status: OrderStatus | undefined }) {
  if (status === undefined || startedAt === null || endedAt === null) return null;
  const isOver = isAtRest && (status === 'completed' || status === 'rejected' || status === 'cancelled');
  const [next] = coming;
  const of = next === undefined ? '' : ` for ${LANE_NAMES[next.from]}`;
  const waits = `${status === 'cancelled' ? 'giving back: ' : ''}waiting${of}, ${durationText(clock.value - endedAt)}${frozen.value ? ' (frozen)' : ''}`;
  return (
    <li class={`saga-now${isOver ? ' is-over' : ''}`}>
      <span class="saga-time">{isOver ? `+${durationText(endedAt - startedAt)}` : 'now'}</span>
      <span class="saga-track"><span class="saga-now-text">
        {isOver ? <><Status status={status} /> after {durationText(endedAt - startedAt)}{coming.length > 0 && '; the parcel is next'}</> : waits}
      </span></span>
      <span class="saga-undo" />
    </li>
  );
}

function ComingRow({ step }: { readonly step: Coming }) {
  const { from, to, name, effect, branches, isUndo } = step;
  return (
    <li class={`saga-row is-coming${isUndo ? ' is-undoing' : ''}`}>
      <span class="saga-step">
        <span class="saga-time"><Unseen>To come. {wayOf(step)}: </Unseen></span>
        <Track from={from} to={to} name={name} effect={effect} />
        <span class="saga-undo">{branches.map((branch) => <span key={branch} class="saga-branch">{branch}</span>)}</span>
      </span>
    </li>
  );
}

/** Goods and money that the order took, and how much of it went back. */
function Returned({ givenBack, isMoneyKnown }: { readonly givenBack: GivenBack; readonly isMoneyKnown: boolean }) {
  const { unitsHeld, unitsBack, taken, back, isDue } = givenBack;
  if (unitsHeld === 0 && taken === null) return null;
  const all = [...(unitsHeld === 0 ? [] : [unitsText(unitsHeld)]), ...(taken === null ? [] : [moneyText(taken)])].join(' and ');
  const isNothing = unitsBack === 0 && (back === null || back.amount === 0);
  const parts = [...(unitsHeld === 0 ? [] : [`${unitsBack} of ${unitsText(unitsHeld)}`]), ...(taken === null || back === null ? [] : [`${moneyText(back)} of ${moneyText(taken)}`])].join(' and ');
  const money = taken !== null ? '' : isMoneyKnown ? '; no money was taken' : '; what Payment took is not known';
  const text = isNothing && !isDue ? `Took ${all}; nothing went back${money}.` : `Given back: ${parts}${isDue ? '; the rest is due' : ''}${money}.`;
  return <p class={`saga-returned${isDue ? ' is-due' : ''}`}><Shape name={isDue ? 'undoing' : isNothing ? 'empty' : 'undone'} /> {text}</p>;
}

/** Up and down go from step to step. */
function moveFocus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const list = event.currentTarget as HTMLElement;
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('.saga-step[aria-expanded], .saga-gap button')];
  const now = buttons.findIndex((button) => button === document.activeElement);
  if (now === -1) return;
  event.preventDefault();
  event.stopPropagation();
  buttons[now + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
}
