import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';

/** A schema check that is compiled on first use, in about 1 ms, so that start-up does not wait for it. */
export function lazyCheck<S extends TSchema>(schema: S): () => TypeCheck<S> {
  let check: TypeCheck<S> | undefined;
  return () => (check ??= TypeCompiler.Compile(schema));
}
