import type { EventData, Topic } from '@souk/contracts/topics';
import type { Cause, Input } from './input.ts';
import type { LoadedWorld } from './loaded-world.ts';
import type { Collections, DecisionContext, Keys, NewEvent, NewNote } from './use-case.ts';
import type { Batch, StoredEvent } from './writer-store.ts';

/** Turns inputs into one batch: their keys together, and a decision after the other in the order they came. */
export function batchOf<C extends Collections, Task>(
  lane: string,
  inputs: readonly Input<C, Task>[],
  newId: () => string,
  settled: (events: readonly StoredEvent[]) => void,
): Batch<C> {
  for (const input of inputs) input.outcome = undefined;
  return {
    keys: mergeKeys(inputs.map((input) => keysOf(input, ({ keys }) => keys(input.value)))),
    moreKeys: (world) => mergeKeys(inputs.map((input) => keysOf(input, ({ moreKeys }) => moreKeys?.(input.value, world)))),
    decide: (world, now, lastSeq) => {
      const context: DecisionContext = { now, newId };
      const events: StoredEvent[] = [];
      for (const input of inputs) {
        const decided = decideOne(input, world, context);
        for (const event of decided) events.push(storedEvent(event, lane, lastSeq + events.length + 1, input.cause, context));
      }
      settled(events);
      return { ...world.changes(), events };
    },
  };
}

/** An input that cannot even say what it needs fails alone, like one that cannot be decided. */
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

/** A decision that throws concerns its input alone: nothing of it reaches the world. */
function decideOne<C extends Collections, Task>(
  input: Input<C, Task>,
  world: LoadedWorld<C>,
  context: DecisionContext,
): readonly (NewEvent | NewNote)[] {
  if (input.outcome?.kind === 'failed') return [];
  try {
    const decision = input.useCase.decide(input.value, world, context);
    world.apply(decision.puts, decision.removes);
    input.outcome = { kind: 'decided', decision };
    return decision.events ?? [];
  } catch (error) {
    input.outcome = { kind: 'failed', error };
    return [];
  }
}

function storedEvent(
  event: NewEvent | NewNote,
  lane: string,
  seq: number,
  cause: Cause,
  { now, newId }: DecisionContext,
): StoredEvent {
  const published = 'type' in event;
  const data: EventData<Topic> | Record<string, never> = published ? event.data : {};
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
    data,
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
