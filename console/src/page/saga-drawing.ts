import { durationText } from './clock.ts';
import type { OrderFacts } from './order-facts.ts';
import { type Lane, LANE_NAMES, LANES, type Party, PARTIES } from './lanes.ts';
import { attemptText } from './receipts.ts';
import { type Arrow, arrowsOf } from './saga-arrows.ts';
import { type Coming, comingSteps } from './saga-future.ts';
import { type GivenBack, type Undo, undoingOf } from './saga-undo.ts';
import { words } from './words.ts';

/** Time without a step that is folded, in milliseconds. */
export const FOLDED_FROM_MS = 1000;

/** Time in which nothing was committed. */
export interface Gap {
  readonly kind: 'gap';
  readonly id: string;
  /** epoch milliseconds */
  readonly from: number;
  readonly to: number;
  /** `3.2 s without a step` */
  readonly text: string;
  /** Tries that failed in this time, in words. */
  readonly happened: readonly string[];
}

export interface DrawnArrow {
  readonly kind: 'arrow';
  readonly arrow: Arrow;
  readonly undo: Undo | null;
  /** Place among the arrows, from 1. */
  readonly n: number;
  /** Milliseconds since the first arrow. */
  readonly after: number;
  /** epoch milliseconds; the moment at which its effect was committed, at least `arrow.at` */
  readonly endsAt: number;
  /** The whole arrow in one sentence. */
  readonly sentence: string;
}

export interface LaneHead {
  readonly lane: Lane;
  /** State that the lane is in. */
  readonly state: string | null;
  /** Why its part of the picture may be missing or old. */
  readonly trouble: string | null;
}

/** An order as arrows between lanes. */
export interface Drawing {
  readonly lanes: readonly LaneHead[];
  readonly rows: readonly (DrawnArrow | Gap)[];
  readonly coming: readonly Coming[];
  readonly givenBack: GivenBack;
  /** epoch milliseconds of the first and the last step; null: there is none */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** True when all that the order waits for is a parcel, or nothing at all. */
  readonly isAtRest: boolean;
  /** Parts of the picture that are not known, in sentences. */
  readonly unknown: readonly string[];
}

export function drawSaga(facts: OrderFacts): Drawing {
  const arrows = arrowsOf(facts);
  const { undos, givenBack } = undoingOf(arrows, facts);
  const coming = comingSteps(arrows, facts, givenBack);
  const startedAt = arrows[0]?.at ?? null;
  const drawn = arrows.map((arrow, index): DrawnArrow => {
    const undo = undos.get(arrow.id) ?? null;
    const after = arrow.at - (startedAt ?? arrow.at);
    const endsAt = Math.max(arrow.at, arrow.effect?.at ?? arrow.at);
    return { kind: 'arrow', arrow, undo, n: index + 1, after, endsAt, sentence: sentenceOf(arrow, undo, index + 1, after) };
  });
  return {
    lanes: LANES.map((lane) => ({ lane, state: stateOf(lane, facts, arrows), trouble: troubleOf(lane, facts) })),
    rows: withGaps(drawn),
    coming,
    givenBack,
    startedAt,
    endedAt: drawn.reduce<number | null>((last, { endsAt }) => Math.max(last ?? 0, endsAt), null),
    isAtRest: coming.every(({ to }) => to === 'customer') && !givenBack.isDue,
    unknown: unknownParts(facts),
  };
}

/** A gap ends where a row begins; it began with whatever was committed last before that, be it the effect of a message. */
function withGaps(drawn: readonly DrawnArrow[]): (DrawnArrow | Gap)[] {
  const commits = drawn.flatMap(({ arrow, endsAt }) => [arrow.at, endsAt]).toSorted((a, b) => a - b);
  return drawn.flatMap((row, index) => {
    const { at } = row.arrow;
    const last = commits.findLast((commit) => commit < at);
    const isFirst = at > (drawn[index - 1]?.arrow.at ?? at);
    return isFirst && last !== undefined && at - last >= FOLDED_FROM_MS ? [gapBetween(last, at, drawn), row] : [row];
  });
}

function gapBetween(from: number, to: number, drawn: readonly DrawnArrow[]): Gap {
  const happened = drawn.flatMap(({ arrow: { receipt, name, at } }) =>
    receipt === null ? [] : receipt.tries
      .filter((attempt) => attempt.outcome !== 'applied' && Date.parse(attempt.at) > from && Date.parse(attempt.at) < to)
      .map((attempt) => attemptText(attempt, { id: '', name, at, sent: null }, receipt.by)));
  return { kind: 'gap', id: `gap-${from}`, from, to, text: `${durationText(to - from)} without a step`, happened };
}

function sentenceOf(arrow: Arrow, undo: Undo | null, n: number, after: number): string {
  const { from, to, name, says, effect, receipt } = arrow;
  const gist = says === null ? '' : `, ${says}`;
  const told = from === to ? `${LANE_NAMES[to]}: ${name}${gist}` : `${LANE_NAMES[from]} to ${LANE_NAMES[to]}: ${name}${gist}`;
  const parts = [
    `Step ${n}, ${durationText(after)} after the start. ${told}`,
    receipt === null ? null : capital(receipt.text),
    effect === null ? null : effectText(effect),
    undo === null ? null : `Undo: ${undo.text}, ${UNDO_WORDS[undo.state]}`,
  ];
  return `${parts.filter((part) => part !== null).join('. ')}.`;
}

function effectText({ lane, to, reason }: NonNullable<Arrow['effect']>): string {
  return to === 'noted' ? `${LANE_NAMES[lane]} notes it${reason === null ? '' : `: ${reason}`}` : `${LANE_NAMES[lane]} is then ${words(to)}`;
}

export const UNDO_WORDS: Readonly<Record<Undo['state'], string>> = {
  'not-needed': 'not needed',
  due: 'due and not done yet',
  'under-way': 'not done yet',
  partly: 'done in part',
  done: 'done',
  passed: 'undone elsewhere',
  impossible: 'not possible any more',
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function stateOf(lane: Lane, { order, reservation, payment }: OrderFacts, arrows: readonly Arrow[]): string | null {
  const drawn = arrows.findLast(({ effect }) => effect?.lane === lane && effect.to !== 'noted')?.effect?.to ?? null;
  switch (lane) {
    case 'order':
      return order.value?.status ?? drawn;
    case 'inventory':
      return reservation.value?.status ?? drawn;
    case 'payment': {
      const found = payment.value;
      if (found == null) return drawn;
      if (found.status !== 'captured' || found.refunded.amount === 0) return found.status;
      return found.refunded.amount < found.amount.amount ? 'partially_refunded' : 'refunded';
    }
    case 'customer':
    case 'gateway':
      return null;
    default:
      return lane satisfies never;
  }
}

function troubleOf(lane: Lane, facts: OrderFacts): string | null {
  switch (lane) {
    case 'order':
    case 'inventory':
    case 'payment':
      return isAway(lane, facts) ? 'does not answer' : null;
    case 'customer':
    case 'gateway':
      return null;
    default:
      return lane satisfies never;
  }
}

/** True when a service did not answer the last question about its part. */
export function isAway(party: Party, facts: OrderFacts): boolean {
  const first = { order: facts.order, inventory: facts.reservation, payment: facts.payment }[party];
  return [first, facts.histories[party]].some(({ problem }) => problem !== null && (problem.status >= 500 || problem.status === 429));
}

function unknownParts(facts: OrderFacts): string[] {
  return PARTIES.flatMap((party) => {
    const name = LANE_NAMES[party];
    if (isAway(party, facts)) {
      const hasSome = facts.histories[party].value !== undefined;
      return [hasSome ? `${name} does not answer: its part may be old.` : `${name} does not answer: its part is drawn from what Order was told.`];
    }
    const history = facts.histories[party];
    return history.problem === null ? [] : [`${name}'s history cannot be read (${history.problem.title}): payloads are missing.`];
  });
}
