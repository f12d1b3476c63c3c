import type { ChassisCollections } from './chassis-collections.ts';
import type { StoredAnswer } from './kept-answer.ts';
import type { UseCase } from './use-case.ts';
import { withOwn } from './with-own.ts';

export interface Once<Answer> {
  /** The user whose answer it will be. */
  readonly owner: string;
  /** Whose key it is, and for what: user and route. */
  readonly scope: string;
  /** The caller's Idempotency-Key. */
  readonly key: string;
  /** Of the request; the same key with another one is a mistake of the caller. */
  readonly fingerprint: string;
  /** The answer as it goes out; only what was carried out (2xx) is kept, a refusal may be tried again. */
  render(answer: Answer): StoredAnswer;
}

export type OnceAnswer =
  | { readonly kind: 'fresh' | 'replayed'; readonly answer: StoredAnswer }
  | { readonly kind: 'reused' }
  /** The first request with this key is not answered yet. */
  | { readonly kind: 'in-progress' };

export function keptAnswerId(scope: string, key: string): string {
  return new Bun.CryptoHasher('sha256').update(JSON.stringify([scope, key])).digest('base64url');
}

/**
 * The use case at most once per Idempotency-Key. Answer and effect are committed together,
 * so that a repeated request finds both or neither; in one batch the first one wins and the others replay it.
 */
export function once<C extends ChassisCollections, Value, Answer, Task>(
  useCase: UseCase<C, Value, Answer, Task>,
  { owner, scope, key, fingerprint, render }: Once<Answer>,
): UseCase<C, Value, OnceAnswer, Task> {
  const id = keptAnswerId(scope, key);
  return {
    name: useCase.name,
    canWait: useCase.canWait ?? false,
    keys: (value) => ({ ...useCase.keys(value), keptAnswers: [id] }),
    moreKeys: (value, world) => (world.get('keptAnswers', id) === undefined ? (useCase.moreKeys?.(value, world) ?? {}) : {}),
    decide(value, world, context) {
      const kept = world.get('keptAnswers', id);
      if (kept !== undefined) {
        return { answer: kept.fingerprint === fingerprint ? { kind: 'replayed', answer: kept.answer } : { kind: 'reused' } };
      }
      const decision = useCase.decide(value, world, context);
      const answer = render(decision.answer);
      if (answer.status >= 300) return { ...decision, answer: { kind: 'fresh', answer } };
      const keptAnswers = [{ id, owner, fingerprint, answer, at: context.now }];
      return withOwn<C, OnceAnswer, Task>({ ...decision, answer: { kind: 'fresh', answer } }, { puts: { keptAnswers } });
    },
  };
}
