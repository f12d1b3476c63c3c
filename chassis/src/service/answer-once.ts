import type { Microservice } from '../engine/microservice.ts';
import type { ChassisCollections } from '../engine/writer/chassis-collections.ts';
import type { StoredAnswer } from '../engine/writer/kept-answer.ts';
import type { Collections, UseCase } from '../engine/writer/use-case.ts';
import { answerResponse, type Idempotency, onceResponse } from '../web/app/idempotency.ts';
import { causeOf } from '../web/app/request-facts.ts';

/** What a route that takes an Idempotency-Key knows of its request. */
export interface Asked {
  /** undefined: it came without a key, and is carried out every time. */
  readonly idempotency: Idempotency | undefined;
  readonly request: Request;
}

/** Carries a command out, once per Idempotency-Key. `render` throws the problem of a refusal: it is not kept under the key. */
export async function answerOnce<C extends Collections, Task, Value, Answer>(
  commands: Pick<Microservice<C, Task>, 'execute' | 'executeOnce'>,
  useCase: UseCase<C & ChassisCollections, Value, Answer, Task>,
  value: Value,
  { idempotency, request }: Asked,
  render: (answer: Answer) => StoredAnswer,
): Promise<Response> {
  const cause = causeOf(request);
  if (idempotency === undefined) return answerResponse(render(await commands.execute(useCase, value, cause)), request);
  return onceResponse(await commands.executeOnce(useCase, value, { ...idempotency, render }, cause), request);
}
