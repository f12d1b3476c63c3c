import type { SagaDescription } from '@souk/contracts/http/order';
import { moneyText } from './amounts.ts';
import { durationText } from './clock.ts';
import type { OrderFacts } from './order-facts.ts';
import { isParty, LANE_NAMES, PARTIES, type Party } from './lanes.ts';
import { type Arrow, arrowsOf } from './saga-arrows.ts';
import { isAway } from './saga-drawing.ts';
import { deadlineOf } from './saga-future.ts';
import { undoingOf } from './saga-undo.ts';
import { reasonText, words } from './words.ts';

/** Says in one or two sentences why an order is not going on, or that nothing holds it up. `now`: epoch milliseconds. */
export function whyStuck(facts: OrderFacts, now = Date.now()): string {
  const { value: order, problem } = facts.order;
  if (order === undefined) {
    if (problem === null) return 'Nothing is known of this order yet.';
    return problem.status === 404 ? 'There is no such order.' : `Order does not answer (${problem.title}), so nothing is known of this order now.`;
  }
  const arrows = arrowsOf(facts);
  switch (order.status) {
    case 'placed':
      return [waiting('stock', arrows, facts, now), deadline(facts, now)].join(' ').trim();
    case 'awaiting_payment':
      return [waiting('payment', arrows, facts, now), deadline(facts, now)].join(' ').trim();
    case 'rejected':
      return 'It has ended: there was not enough stock. Nothing has to be taken back.';
    case 'cancelled':
      return compensating(arrows, facts, now);
    case 'completed':
      return delivering(arrows, facts, now);
    default:
      return order.status satisfies never;
  }
}

/** True while another service owes the order something: an answer, stock or money. */
export function waitsForOthers(facts: OrderFacts): boolean {
  const status = facts.order.value?.status;
  if (status === 'placed' || status === 'awaiting_payment') return true;
  return status === 'cancelled' && undoingOf(arrowsOf(facts), facts).givenBack.isDue;
}

function compensating(arrows: readonly Arrow[], facts: OrderFacts, now: number): string {
  const { unitsHeld, unitsBack, taken, back } = undoingOf(arrows, facts).givenBack;
  const parts: string[] = [];
  if (unitsBack < unitsHeld) parts.push(waiting('stock_back', arrows, facts, now));
  if (facts.payment.value?.status === 'pending') parts.push(`${waiting('money_back', arrows, facts, now)} Its charge is still open: what it took after all is refunded at once.`);
  else if (taken !== null && back !== null && back.amount < taken.amount) parts.push(refunding(arrows, facts, now));
  if (parts.length > 0) return parts.join(' ');
  const unknown = (['inventory', 'payment'] as const).filter((party) => isAway(party, facts));
  if (unknown.length > 0) return `It is cancelled. ${unknown.map((party) => LANE_NAMES[party]).join(' and ')} cannot be asked now, so it is not known whether everything is back.`;
  return `It has ended: ${endOf(facts.order.value?.reason ?? null)}. Everything that it took is back.`;
}

function endOf(reason: string | null): string {
  if (reason === null) return 'cancelled';
  return reason.startsWith('cancelled') ? reasonText(reason) : `cancelled (${reasonText(reason)})`;
}

function refunding(arrows: readonly Arrow[], facts: OrderFacts, now: number): string {
  const refunds = facts.refunds.value ?? [];
  const pending = refunds.find(({ status }) => status === 'pending');
  if (pending !== undefined) return `Payment has asked its gateway to refund ${moneyText(pending.amount)} ${ago(Date.parse(pending.createdAt), now)} and has no answer yet: it goes on asking.`;
  const failed = refunds.findLast(({ status, reason }) => status === 'failed' && reason === 'order_cancelled');
  if (failed !== undefined) return `The gateway has declined the refund of ${moneyText(failed.amount)}: asking again cannot help, so a person has to return the money.`;
  return waiting('money_back', arrows, facts, now);
}

function delivering(arrows: readonly Arrow[], facts: OrderFacts, now: number): string {
  const told = arrows.find(({ name }) => name === 'order.completed');
  const shipments = facts.order.value?.shipments ?? [];
  const count = (of: string) => shipments.filter(({ status }) => status === of).length;
  if (told?.receipt?.state === 'parked' || told?.receipt?.state === 'dead' || told?.receipt?.state === 'not-sent') return unanswered('inventory', told, facts, now);
  if (facts.order.value?.paymentStatus === 'refunded') return 'Nothing holds it up. All of its money went back, so no more parcels leave: cancel it, and its goods are on sale again.';
  if (count('pending') > 0) return `Nothing holds it up: ${parcels(count('pending'))} to be shipped.`;
  if (count('shipped') > 0) return `Nothing holds it up: ${parcels(count('shipped'))} to arrive.`;
  return 'It is done: completed, paid and delivered.';
}

function parcels(count: number): string {
  return count === 1 ? '1 parcel waits' : `${count} parcels wait`;
}

/** The saga's own description has who was asked, and by what. */
function waiting(what: SagaDescription['waits'][number]['waitsFor'], arrows: readonly Arrow[], facts: OrderFacts, now: number): string {
  const wait = facts.saga.value?.waits.find(({ waitsFor }) => waitsFor === what);
  const of = PARTIES.find((party) => party === wait?.by);
  if (wait === undefined || of === undefined) return `It waits for ${words(what)}.`;
  const answer = arrows.findLast((arrow) => wait.until.includes(arrow.name));
  if (answer !== undefined) return `${LANE_NAMES[of]} answered ${ago(answer.at, now)} (${answer.name}), and Order has not taken it up: ${fate(answer, facts, now)}.`;
  return unanswered(of, arrows.find((arrow) => arrow.name === wait.asked && arrow.to === of), facts, now);
}

function unanswered(of: Party, asked: Arrow | undefined, facts: OrderFacts, now: number): string {
  const name = LANE_NAMES[of];
  if (asked === undefined) return `It waits for ${name}; what ${name} was asked is not known, because Order's history cannot be read.`;
  const since = `${name} was asked ${ago(asked.at, now)}`;
  if (isAway(of, facts)) return `${since} and does not answer: the service is down, or cannot be reached. It takes the message up when it is back.`;
  return `${since} and has not answered: ${fate(asked, facts, now)}.`;
}

/** The reason why a message has had no effect. */
function fate({ to, receipt, eventId, entry, kind, name }: Arrow, facts: OrderFacts, now: number): string {
  if (!isParty(to) || receipt === null || kind !== 'event') return 'nothing more is known';
  const where = to === 'order' ? 'in Order' : 'there';
  const letter = facts.dead[to].value?.find(({ headers, topic }) => headers.ce_id === eventId || (headers.ce_id === undefined && topic === name));
  if (letter !== undefined) return `its message is a dead letter ${where} (${letter.cause}) and waits for a person: redrive it, or discard it`;
  const parked = facts.parked[to].value?.messages;
  if (parked !== undefined && parked.length > 0) return parkedFate(parked, name, receipt, where, now);
  if (receipt.state === 'parked') return `its message is parked ${where} after ${tries(receipt.tries.length)}${because(receipt.tries.at(-1)?.cause)}`;
  if (entry?.sent === false) return 'its message is committed, but not in the log yet: the log is away, or the sender behind';
  switch (receipt.state) {
    case 'failing':
      return `its message has failed ${where} ${tries(receipt.tries.length)} so far${because(receipt.tries.at(-1)?.cause)} and is tried again at once`;
    case 'on-its-way':
      return `its message is in the log and was not ${receipt.delivered === 0 ? 'delivered' : 'decided on'} ${where} yet`;
    case 'applied':
    case 'applied-again':
      return to === 'payment' && facts.payment.value?.status === 'pending'
        ? `it has asked its gateway ${ago(Date.parse(facts.payment.value.createdAt), now)} and has no answer yet; it goes on asking`
        : `its message was taken up ${where}, and the answer is not here yet`;
    case 'changed-nothing':
      return `its message was delivered ${where} and changed nothing`;
    case 'unknown':
      return receipt.text;
    case 'dead':
    case 'not-sent':
      return receipt.text;
    default:
      return receipt.state satisfies never;
  }
}

type ParkedMessage = NonNullable<OrderFacts['parked'][Party]['value']>['messages'][number];

function parkedFate(parked: readonly ParkedMessage[], name: string, { tries: attempts }: NonNullable<Arrow['receipt']>, where: string, now: number): string {
  const [first] = parked;
  if (first === undefined) return `its message is parked ${where}`;
  const next = Date.parse(first.nextAttemptAt);
  const again = next <= now ? 'is tried again now' : `is tried again in ${durationText(next - now)}`;
  if (first.topic === name) return `its message is parked ${where} after ${tries(Math.max(first.attempts, attempts.length))}${because(first.cause)} and ${again}`;
  return `its message waits ${where} behind ${first.topic}, which is parked after ${tries(first.attempts)}${because(first.cause)} and ${again}`;
}

function because(cause: string | null | undefined): string {
  return cause == null || cause === '' ? '' : ` (${cause})`;
}

function tries(count: number): string {
  return count === 1 ? '1 try' : `${count} tries`;
}

/** Deadlines count only time in which the other service answers later orders, so the first of the two is no promise. */
function deadline(facts: OrderFacts, now: number): string {
  const found = deadlineOf(facts);
  if (found === null) return '';
  const latest = found.limitAt <= now ? 'now' : `in ${durationText(found.limitAt - now)} at the latest`;
  if (found.at > now) return `It is cancelled in ${durationText(found.at - now)} if later orders are answered meanwhile, ${latest}.`;
  return `Its deadline has passed: it is cancelled as soon as later orders are answered, ${latest}.`;
}

function ago(at: number, now: number): string {
  return now - at < 1000 ? 'just now' : `${durationText(now - at)} ago`;
}
