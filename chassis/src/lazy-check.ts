import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';

/** A check that is compiled when it is first asked for, about 1 ms: a start should not have to wait for it. */
export function lazyCheck<S extends TSchema>(schema: S): () => TypeCheck<S> {
  let check: TypeCheck<S> | undefined;
  return () => (check ??= TypeCompiler.Compile(schema));
}
