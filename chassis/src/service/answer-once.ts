import type { Engine } from '../engine/engine.ts';
import type { ChassisCollections } from '../engine/writer/chassis-collections.ts';
import type { OnceAnswer } from '../engine/writer/once.ts';
import type { Collections, UseCase } from '../engine/writer/use-case.ts';
import type { StoredAnswer } from '../stored-answer.ts';
import { answerResponse, type Idempotency } from '../web/app/conditional-requests.ts';
import { causeOf } from '../web/app/request-facts.ts';
import { Problem, problem } from '../web/problems/problem.ts';

/** A request to a route that takes an Idempotency-Key. */
export interface Asked {
  /** undefined: it came without a key, and is carried out every time. */
  readonly idempotency: Idempotency | undefined;
  readonly request: Request;
}

/**
 * Carries a command out, once per Idempotency-Key. `render` returns the problem of a refusal, which is thrown here, after the
 * commit, and not kept under the key.
 */
export async function answerOnce<C extends Collections, Task, Value, Answer>(
  commands: Pick<Engine<C, Task>, 'execute' | 'executeOnce'>,
  useCase: UseCase<C & ChassisCollections, Value, Answer, Task>,
  value: Value,
  { idempotency, request }: Asked,
  render: (answer: Answer) => StoredAnswer | Problem,
): Promise<Response> {
  const cause = causeOf(request);
  if (idempotency !== undefined) return onceResponse(await commands.executeOnce(useCase, value, { ...idempotency, render }, cause), request);
  const answer = render(await commands.execute(useCase, value, cause));
  if (answer instanceof Problem) throw answer;
  return answerResponse(answer, request);
}

/** Throws a refusal, the 422 problem when the key was used for another request, the 409 one while the first request runs. */
export function onceResponse(outcome: OnceAnswer, request: Request): Response {
  if (outcome.kind === 'refused') throw outcome.refusal;
  if (outcome.kind === 'reused') {
    throw problem('idempotency-key-reused', { detail: 'The key came with another path or body before: send a new request with a new key.' });
  }
  if (outcome.kind === 'forgotten') {
    throw problem('unauthenticated', {
      detail: 'It was carried out before, and its answer went with the account that it belonged to.',
      headers: { 'www-authenticate': 'Bearer realm="souk", error="invalid_token"' },
    });
  }
  if (outcome.kind === 'in-progress') {
    throw problem('request-in-progress', {
      detail: 'The first request with this key is still being carried out: send it again in 1 s, and get its answer.',
      headers: { 'retry-after': '1' },
    });
  }
  return answerResponse(outcome.answer, request, outcome.kind === 'replayed');
}
