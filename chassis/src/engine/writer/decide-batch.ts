import { OverloadedError } from '../../input-errors.ts';
import type { Cause } from '../../cause.ts';
import type { Input } from './input-queue.ts';
import type { LoadedWorld } from './loaded-world.ts';
import type { Collections, Decision, DecisionContext, Keys, NewEvent, NewNote } from './use-case.ts';
import type { Batch, StoredEvent } from './writer-store.ts';

export interface DecidingOptions {
  readonly newId: () => string;
  /** Throws `EventTooLargeError` for an event that the log will not take; the input that leads to it then fails. */
  refuseUnsendable?(event: StoredEvent): void;
}

/** Turns inputs into one batch: loads their keys together, then decides one after the other, in the given order. */
export function batchOf<C extends Collections, Task>(
  lane: string,
  inputs: readonly Input<C, Task>[],
  { newId, refuseUnsendable }: DecidingOptions,
  settled: (events: readonly StoredEvent[]) => void,
): Batch<C> {
  for (const input of inputs) input.outcome = undefined;
  return {
    keys: mergeKeys(inputs.map((input) => keysOf(input, ({ keys }) => keys(input.value)))),
    moreKeys: (world) => mergeKeys(inputs.map((input) => keysOf(input, ({ moreKeys }) => moreKeys?.(input.value, world)))),
    decide: (world, now, lastSeq, answerForm) => {
      const events: StoredEvent[] = [];
      const decidedAt = performance.now();
      for (const input of inputs) {
        // Loading took so long that the caller has been refused in the meantime.
        if (input.expiresAt <= decidedAt) input.outcome = { kind: 'failed', error: new OverloadedError(1) };
        const context: DecisionContext = { now, newId, cause: input.cause, answerForm };
        const place = { lane, seq: lastSeq + events.length };
        events.push(...decideOne(input, world, context, (decision) => storedEvents(decision, place, input, context, refuseUnsendable)));
      }
      settled(events);
      return { ...world.changes(), events };
    },
  };
}

/** Keys of an input. An input that fails to name them fails alone, like one that cannot be decided. */
function keysOf<C extends Collections, Task>(
  input: Input<C, Task>,
  ask: (useCase: Input<C, Task>['useCase']) => Keys<C> | undefined,
): Keys<C> {
  if (input.outcome?.kind === 'failed') return {};
  try {
    return ask(input.useCase) ?? {};
  } catch (error) {
    input.outcome = { kind: 'failed', error };
    return {};
  }
}

/** Decides one input. A decision that throws fails only this input, and nothing of it reaches the world. */
function decideOne<C extends Collections, Task>(
  input: Input<C, Task>,
  world: LoadedWorld<C>,
  context: DecisionContext,
  stored: (decision: Decision<C, unknown, Task>) => readonly StoredEvent[],
): readonly StoredEvent[] {
  if (input.outcome?.kind === 'failed') return [];
  try {
    const decision = input.useCase.decide(input.value, world, context);
    const events = stored(decision);
    world.apply(decision.puts, decision.removes);
    input.outcome = { kind: 'decided', decision };
    return events;
  } catch (error) {
    input.outcome = { kind: 'failed', error };
    return [];
  }
}

/** The events of a decision, numbered from the one after `seq` on. Throws when the log would not take one of them. */
function storedEvents<C extends Collections, Task>(
  { events = [], cause }: Decision<C, unknown, Task>,
  { lane, seq }: Place,
  input: Input<C, Task>,
  context: DecisionContext,
  refuseUnsendable: DecidingOptions['refuseUnsendable'],
): StoredEvent[] {
  return events.map((each, index) => {
    const event = storedEvent(each, { lane, seq: seq + index + 1 }, cause ?? input.cause, context);
    if (event.published && !input.mustSettle) refuseUnsendable?.(event);
    return event;
  });
}

type Place = Pick<StoredEvent, 'lane' | 'seq'>;

/** An event of a decision as its row has it. */
export function storedEvent(event: NewEvent | NewNote, { lane, seq }: Place, cause: Cause, { now, newId }: DecisionContext): StoredEvent {
  const published = 'type' in event;
  return {
    lane,
    seq,
    id: newId(),
    type: published ? event.type : event.note,
    published,
    key: event.key,
    stream: event.stream,
    version: event.version,
    at: now,
    correlationId: cause.correlationId ?? event.key,
    causationId: cause.causationId,
    traceparent: cause.traceparent,
    data: published ? JSON.stringify(event.data) : '{}',
    context: event.context ?? {},
  };
}

function mergeKeys<C>(all: readonly Keys<C>[]): Keys<C> {
  const merged: { [N in keyof C]?: string[] } = {};
  for (const keys of all) {
    for (const name in keys) (merged[name] ??= []).push(...(keys[name] ?? []));
  }
  return merged;
}
