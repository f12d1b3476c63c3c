import { type ChassisCollections, withOwn } from '../../../src/engine/writer/chassis-collections.ts';
import { answerId, type Once, type OnceDecided } from '../../../src/engine/writer/once.ts';
import type { UseCase } from '../../../src/engine/writer/use-case.ts';

/** How versions before ADR 61 do a use case once: they know whole answers and nothing else, whatever the lane says. */
export function onceOfBefore<C extends ChassisCollections, Value, Answer>(
  useCase: UseCase<C, Value, Answer>,
  { owner, scope, key, fingerprint, render }: Once<Answer>,
): UseCase<C, Value, OnceDecided<Answer>> {
  const { id } = answerId(scope, key);
  return {
    name: useCase.name,
    keys: (value) => ({ ...useCase.keys(value), keptAnswers: [id] }),
    decide(value, world, context) {
      const kept = world.get('keptAnswers', id);
      if (kept !== undefined) return { answer: kept.fingerprint === fingerprint ? { kind: 'replayed', answer: kept.answer } : { kind: 'reused' } };
      const decision = useCase.decide(value, world, context);
      const answer = render(decision.answer);
      if (answer instanceof Error) throw answer;
      const keptAnswers = [{ id, owner, fingerprint, answer, at: context.now }];
      return withOwn<C, OnceDecided<Answer>, never>({ ...decision, answer: { kind: 'fresh', answer } }, { puts: { keptAnswers } });
    },
  };
}
