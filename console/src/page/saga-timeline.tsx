import { useSignal } from '@preact/signals';
import { durationText } from './clock.ts';
import { LANE_NAMES } from './lanes.ts';
import { MessagePanel } from './message-panel.tsx';
import type { OrderFacts } from './order-facts.ts';
import { go } from './place.ts';
import { GapStory, isChosen, ReceiptMark } from './saga-diagram.tsx';
import type { Drawing, DrawnArrow, Gap } from './saga-drawing.ts';
import { timeScale, type TimeScale } from './time-scale.ts';

/** The order to scale: each bar goes from the commit of a message to that of its effect. Idle time is folded until it is opened. */
export function SagaTimeline({ drawing, facts }: { readonly drawing: Drawing; readonly facts: OrderFacts }) {
  const opened = useSignal<ReadonlySet<string>>(new Set());
  const { rows, startedAt, endedAt } = drawing;
  const gaps = rows.filter((row): row is Gap => row.kind === 'gap');
  const arrows = rows.filter((row): row is DrawnArrow => row.kind === 'arrow');
  if (startedAt === null || endedAt === null) return null;
  const scale = timeScale(startedAt, endedAt, gaps, opened.value);
  const toggle = ({ id }: Gap) => {
    const next = new Set(opened.value);
    if (!next.delete(id)) next.add(id);
    opened.value = next;
  };
  return (
    <div class="bars">
      <div class="bars-axis">
        <span />
        <span class="bars-track" aria-hidden="true">{scale.ticks.map(({ time, place, text }) => <span key={time} class="bars-tick" style={{ left: percent(place) }}>{text}</span>)}</span>
      </div>
      {gaps.length > 0 && (
        <ul class="bars-gaps" aria-label="Folded time">
          {gaps.map((gap) => (
            <li key={gap.id}>
              <button type="button" class="small" aria-expanded={opened.value.has(gap.id)} onClick={() => toggle(gap)}>{opened.value.has(gap.id) ? 'Fold' : 'Show'} {gap.text}</button>
              {opened.value.has(gap.id) && <GapStory gap={gap} />}
            </li>
          ))}
        </ul>
      )}
      <ol class="bars-rows" aria-label="Steps of the order, in time" onKeyDown={moveFocus}>
        {arrows.map((row) => <Bar key={row.arrow.id} row={row} scale={scale} facts={facts} />)}
      </ol>
    </div>
  );
}

function Bar({ row, scale, facts }: { readonly row: DrawnArrow; readonly scale: TimeScale; readonly facts: OrderFacts }) {
  const { arrow, endsAt, n, after } = row;
  const isOpen = isChosen(arrow);
  const [start, end] = [scale.at(arrow.at), scale.at(endsAt)];
  const took = endsAt === arrow.at ? null : durationText(endsAt - arrow.at);
  return (
    <li class={`bars-row is-${arrow.kind}${isOpen ? ' is-open' : ''}`}>
      <button type="button" class="bar-step" aria-expanded={isOpen} onClick={() => go({ message: isOpen ? undefined : arrow.id })}>
        <span class="bar-label">
          <code><span class="unseen">Step {n}, {durationText(after)} after the start: </span>{arrow.name}</code>
          <span class="quiet"><span class="unseen">, </span>{arrow.from === arrow.to ? LANE_NAMES[arrow.to] : `${LANE_NAMES[arrow.from]} → ${LANE_NAMES[arrow.to]}`}{took !== null && `, ${took}`}<span class="unseen">. </span></span>
          {arrow.receipt !== null && <ReceiptMark receipt={arrow.receipt} />}
        </span>
        <span class="bars-track">
          {scale.stretches.filter(({ folded }) => folded !== null).map((stretch) => <span key={stretch.from} class="bars-fold" style={{ left: percent(stretch.start), width: percent(stretch.end - stretch.start) }} />)}
          {scale.ticks.map(({ time, place }) => <span key={time} class="bars-line" style={{ left: percent(place) }} />)}
          <span class={`bar is-${arrow.to}`} style={{ left: percent(start), width: percent(end - start) }} />
          {arrow.receipt?.tries.filter(({ outcome }) => outcome !== 'applied' && outcome !== 'ignored').map(({ at, outcome }) => <span key={at} class={`bar-try is-${outcome}`} style={{ left: percent(scale.at(Date.parse(at))) }} />)}
        </span>
      </button>
      {isOpen && <MessagePanel row={row} facts={facts} />}
    </li>
  );
}

function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}

function moveFocus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const list = event.currentTarget as HTMLElement;
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('.bar-step')];
  const now = buttons.findIndex((button) => button === document.activeElement);
  if (now === -1) return;
  event.preventDefault();
  event.stopPropagation();
  buttons[now + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
}
