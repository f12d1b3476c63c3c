import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '@souk/contracts/problem';
import type { Answer } from './api.ts';
import { committed, frozen, gaps, type Told } from './live.ts';

/** An answer that is kept up to date. After a failure the last value stays, beside the problem. */
export interface Watched<T> {
  /** `undefined`: there was no answer yet. */
  readonly value: T | undefined;
  readonly problem: Problem | null;
  /** Asks now, also while the page is frozen. */
  readonly reload: () => void;
}

export interface Watching<T> {
  /** True for what makes the answer old. */
  readonly concerns?: (told: Told) => boolean;
  /** Milliseconds to the next question; default: 5,000. */
  readonly everyMs?: (value: T | undefined) => number;
}

const EVERY_MS = 5000;
/** News that come together are worth one question. Milliseconds. */
const GATHER_MS = 1000;

type State<T> = Omit<Watched<T>, 'reload'>;
const NOT_ASKED: State<never> = { value: undefined, problem: null };

/** Asks at once, then again and again while the page is seen and not frozen. Another `key` is another question. `read` must not reject. */
export function useWatched<T>(key: string, read: (signal: AbortSignal) => Promise<Answer<T>>, watching: Watching<T> = {}): Watched<T> {
  const each = useWatchedEach(key, ONE, (_one, signal) => read(signal), watching);
  return each.it;
}

const ONE = ['it'] as const;

/** The same question to each of these, independently of each other: an answer is there as soon as it came. `names` must not change. */
export function useWatchedEach<N extends string, T>(
  key: string,
  names: readonly N[],
  read: (name: N, signal: AbortSignal) => Promise<Answer<T>>,
  watching: Watching<T> = {},
): Readonly<Record<N, Watched<T>>> {
  const [{ of, states }, setStates] = useState<{ of: string; states: ReadonlyMap<N, State<T>> }>({ of: key, states: new Map() });
  const reloads = useRef(new Map<N, () => void>());
  const asked = useRef({ read, watching });
  asked.current = { read, watching };
  useEffect(() => {
    const watches = names.map((name) => {
      const take = (answer: Answer<T>) => setStates((before) => {
        const known = before.of === key ? before.states : new Map<N, State<T>>();
        const state = answer.ok ? { value: answer.value, problem: null } : { value: known.get(name)?.value, problem: answer.problem };
        return { of: key, states: new Map(known).set(name, state) };
      });
      const watch = startWatch<T>((signal) => asked.current.read(name, signal), take, () => asked.current.watching);
      reloads.current.set(name, watch.readNow);
      return watch;
    });
    return () => {
      for (const { stop } of watches) stop();
    };
  }, [key]);
  const all = names.map((name) => {
    const state: State<T> = (of === key ? states.get(name) : undefined) ?? NOT_ASKED;
    return [name, { ...state, reload: () => reloads.current.get(name)?.() }] as const;
  });
  return Object.fromEntries(all) as unknown as Record<N, Watched<T>>;
}

function startWatch<T>(read: (signal: AbortSignal) => Promise<Answer<T>>, take: (answer: Answer<T>) => void, watching: () => Watching<T>) {
  const ending = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = 0;
  let isReading = false;
  let isOld = false;

  function plan(ms: number): void {
    clearTimeout(timer);
    dueAt = Date.now() + ms;
    timer = setTimeout(() => {
      if (document.hidden || frozen.peek()) plan(Math.max(ms, GATHER_MS));
      else readNow();
    }, ms);
  }

  function readNow(): void {
    if (isReading) isOld = true;
    else void readOnce();
  }

  async function readOnce(): Promise<void> {
    clearTimeout(timer);
    [isReading, isOld] = [true, false];
    const answer = await read(ending.signal);
    isReading = false;
    if (ending.signal.aborted) return;
    take(answer);
    if (isOld) readNow();
    else plan(watching().everyMs?.(answer.ok ? answer.value : undefined) ?? EVERY_MS);
  }

  function readSoon(): void {
    if (isReading) isOld = true;
    else if (dueAt > Date.now() + GATHER_MS) plan(GATHER_MS);
  }

  const stops = [
    committed.subscribe((entries) => {
      const { concerns } = watching();
      if (concerns !== undefined && entries.some(concerns)) readSoon();
    }),
    skippingFirst((listener) => gaps.subscribe(listener), readSoon),
    skippingFirst((listener) => frozen.subscribe(listener), () => { if (!frozen.peek()) readSoon(); }),
  ];
  const seen = () => { if (!document.hidden) readSoon(); };
  document.addEventListener('visibilitychange', seen);
  readNow();
  return {
    readNow,
    stop(): void {
      clearTimeout(timer);
      ending.abort();
      document.removeEventListener('visibilitychange', seen);
      for (const stop of stops) stop();
    },
  };
}

/** A signal calls its subscribers at once, with what it holds. */
function skippingFirst(subscribe: (listener: () => void) => () => void, listener: () => void): () => void {
  let isFirst = true;
  return subscribe(() => {
    if (!isFirst) listener();
    isFirst = false;
  });
}
