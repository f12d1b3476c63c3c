import { OverloadedError } from '../../input-errors.ts';
import type { StoredAnswer } from '../../stored-answer.ts';
import { type AnswerKey, KEYED_ANSWERS, type KeptAnswer, neighbourAt, periodOf, WHOLE_ANSWERS } from './answer-key.ts';
import { type ChassisCollections, withOwn } from './chassis-collections.ts';
import type { SubmitOptions } from './input-queue.ts';
import type { DecisionContext, Entities, UseCase, World } from './use-case.ts';

export interface Once<Answer> {
  /** The user to whom the answer will belong. */
  readonly owner: string;
  /** Scope of the key: user and route. */
  readonly scope: string;
  /** The caller's Idempotency-Key. */
  readonly key: string;
  /** Fingerprint of the request; the same key with another one is the caller's mistake. */
  readonly fingerprint: string;
  /**
   * The answer as it goes out, of which only a success (2xx) is kept; a refusal is returned as the error that the caller will
   * be told, and the request may be retried. Pure, and never throws: an answer that is kept is stored in the transaction of its
   * effect, so it is rendered in there.
   */
  render(answer: Answer): StoredAnswer | Error;
  /** Set if the answer can be made again from stored data: then none is kept, and `render` is called after the commit. */
  readonly shows?: Shows<Answer>;
}

export interface Shows<Answer> {
  /** UUID of the entity that the answer shows; undefined: nothing was carried out. */
  place(answer: Answer): string | undefined;
  /** The first answer, byte for byte, whatever has happened to the entity since. */
  again(place: string): Promise<StoredAnswer>;
}

export type OnceAnswer =
  | { readonly kind: 'fresh' | 'replayed'; readonly answer: StoredAnswer }
  /** The request was refused, and nothing is kept. */
  | { readonly kind: 'refused'; readonly refusal: Error }
  | { readonly kind: 'reused' }
  /** The request was carried out, and its answer was deleted with the user it belonged to. */
  | { readonly kind: 'forgotten' }
  /** The first request with this key is not answered yet. */
  | { readonly kind: 'in-progress' };

/** Result of a decision; an answer that is not kept is rendered by the side that submitted it. */
export type OnceDecided<Answer> =
  | Exclude<OnceAnswer, { kind: 'in-progress' }>
  | { readonly kind: 'done'; readonly answer: Answer }
  | { readonly kind: 'done-before'; readonly place: string };

/** Milliseconds that a second request waits for the answer to the first before it is told to come back. */
const SECOND_WAITS_MS = 2000;

type Submit<C, Task> = <Value, Answer>(
  useCase: UseCase<C, Value, Answer, Task>,
  value: Value,
  options: SubmitOptions,
) => Promise<Answer>;

/** Submits commands at most once per Idempotency-Key; tracks the keys under way in this process. */
export function onceExecutor<C extends ChassisCollections, Task>(submit: Submit<C, Task>) {
  const underWay = new Set<string>();

  async function execute<Value, Answer>(
    useCase: UseCase<C, Value, Answer, Task>,
    value: Value,
    key: Once<Answer>,
    options: SubmitOptions,
  ): Promise<OnceAnswer> {
    return answerOf(await submit(once(useCase, key), value, options), key);
  }

  return async <Value, Answer>(
    useCase: UseCase<C, Value, Answer, Task>,
    value: Value,
    key: Once<Answer>,
    options: SubmitOptions,
  ): Promise<OnceAnswer> => {
    const { hash } = answerId(key.scope, key.key);
    if (underWay.has(hash)) {
      try {
        return await execute(useCase, value, key, { ...options, limitMs: SECOND_WAITS_MS });
      } catch (error) {
        if (error instanceof OverloadedError) return { kind: 'in-progress' };
        throw error;
      }
    }
    underWay.add(hash);
    try {
      return await execute(useCase, value, key, options);
    } finally {
      underWay.delete(hash);
    }
  };
}

/** Outside of the transaction: an answer made from stored rows need not hold up other inputs. */
async function answerOf<Answer>(decided: OnceDecided<Answer>, { render, shows }: Once<Answer>): Promise<OnceAnswer> {
  if (decided.kind === 'done') return freshOrRefused(render(decided.answer));
  if (decided.kind !== 'done-before') return decided;
  if (shows === undefined) throw new Error('nothing can make the answer at this place again');
  return { kind: 'replayed', answer: await shows.again(decided.place) };
}

function freshOrRefused(answer: StoredAnswer | Error) {
  return answer instanceof Error ? ({ kind: 'refused', refusal: answer } as const) : ({ kind: 'fresh', answer } as const);
}

interface Outcome<Answer> {
  readonly decided: OnceDecided<Answer>;
  /** undefined: nothing was carried out */
  readonly place: string | undefined;
  /** undefined: it is made from the entity at `place`, each time */
  readonly rendered: StoredAnswer | undefined;
}

interface AnswerId {
  /** of a whole answer, before ADR 61 */
  readonly id: string;
  /** of a key */
  readonly hash: string;
}

/**
 * Half of a SHA-256: among 10^9 keys two are alike by chance once in 10^20 times, and finding a second key to a user's hash
 * takes 2^128 tries.
 */
const HALF = 16;

export function answerId(scope: string, key: string): AnswerId {
  const digest = new Bun.CryptoHasher('sha256').update(JSON.stringify([scope, key])).digest();
  return { id: digest.toString('base64url'), hash: digest.toString('hex', 0, HALF) };
}

/**
 * Wraps a use case so that it runs at most once per Idempotency-Key. The key, and the answer if one is kept, are committed
 * together with the effect, so that a repeated request finds all or nothing; in one batch the first one wins and the others
 * replay it.
 */
export function once<C extends ChassisCollections, Value, Answer, Task>(
  useCase: UseCase<C, Value, Answer, Task>,
  key: Once<Answer>,
): UseCase<C, Value, OnceDecided<Answer>, Task> {
  const { id, hash } = answerId(key.scope, key.key);
  const fingerprint = new Bun.CryptoHasher('sha256').update(key.fingerprint).digest().toString('hex', 0, HALF);
  const { shows } = key;
  const known = (world: World<C>): AnswerKey | undefined => world.get('answerKeys', hash);
  const whole = (world: World<C>, of: string): KeptAnswer | undefined => world.get('keptAnswers', of);

  function answered(world: World<C>): OnceDecided<Answer> | undefined {
    const before = whole(world, id);
    if (before !== undefined) return before.fingerprint === key.fingerprint ? { kind: 'replayed', answer: before.answer } : { kind: 'reused' };
    const found = known(world);
    if (found === undefined) return undefined;
    if (found.fingerprint !== fingerprint) return { kind: 'reused' };
    if (shows !== undefined) return { kind: 'done-before', place: found.place };
    const answer = whole(world, found.place)?.answer;
    return answer === undefined ? { kind: 'forgotten' } : { kind: 'replayed', answer };
  }

  function outcome(answer: Answer, { newId }: DecisionContext): Outcome<Answer> {
    if (shows !== undefined) return { decided: { kind: 'done', answer }, place: shows.place(answer), rendered: undefined };
    const decided = freshOrRefused(key.render(answer));
    if (decided.kind === 'refused') return { decided, place: undefined, rendered: undefined };
    return { decided, place: decided.answer.status < 300 ? newId() : undefined, rendered: decided.answer };
  }

  /** The rows to store, in the form that the database has. */
  function kept(answer: Answer, place: string, rendered: StoredAnswer | undefined, { now, answerForm }: DecisionContext): Entities<ChassisCollections> {
    const { owner } = key;
    const keptAnswers: KeptAnswer[] = [];
    if (answerForm < KEYED_ANSWERS) {
      const shown = rendered ?? key.render(answer);
      if (shown instanceof Error) throw new Error('a refused request names a place', { cause: shown });
      keptAnswers.push({ id, owner, fingerprint: key.fingerprint, answer: shown, at: now });
    }
    if (answerForm === WHOLE_ANSWERS) return { keptAnswers };
    if (rendered !== undefined) keptAnswers.push({ id: place, owner, fingerprint: key.fingerprint, answer: rendered, at: now });
    const row = (period: number): AnswerKey => ({ period, hash, fingerprint, place });
    const neighbour = neighbourAt(now);
    return { keptAnswers, answerKeys: [row(periodOf(now))], answerMeetings: neighbour === undefined ? [] : [row(neighbour)] };
  }

  return {
    name: useCase.name,
    canWait: useCase.canWait ?? false,
    keys: (value) => ({ ...useCase.keys(value), keptAnswers: [id], answerKeys: [hash] }),
    moreKeys(value, world) {
      if (whole(world, id) !== undefined) return {};
      const found = known(world);
      if (found === undefined) return useCase.moreKeys?.(value, world) ?? {};
      return shows === undefined ? { keptAnswers: [found.place] } : {};
    },
    decide(value, world, context) {
      const before = answered(world);
      if (before !== undefined) return { answer: before };
      const decision = useCase.decide(value, world, context);
      const { decided, place, rendered } = outcome(decision.answer, context);
      if (place === undefined) return { ...decision, answer: decided };
      return withOwn<C, OnceDecided<Answer>, Task>({ ...decision, answer: decided }, { puts: kept(decision.answer, place, rendered, context) });
    },
  };
}
