import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import type { TSchema } from '@sinclair/typebox';
import { type Topic, TOPICS } from './topics.ts';

/** Compiled on first use: a service reads a few topics only. */
const checkers = new Map<Topic, TypeCheck<TSchema>>();

function checkerOf(topic: Topic): TypeCheck<TSchema> {
  const known = checkers.get(topic);
  if (known !== undefined) return known;
  const made = TypeCompiler.Compile<TSchema>(TOPICS[topic].data);
  checkers.set(topic, made);
  return made;
}

/** Null when the data fits its topic, else an error that names the first place where it does not. */
export function checkEventData(topic: Topic, data: unknown): string | null {
  const checker = checkerOf(topic);
  if (checker.Check(data)) return null;
  const first = checker.Errors(data).First();
  return `the data does not fit ${topic}: ${first?.path || '/'} ${first?.message ?? 'is wrong'}`;
}
