import { format } from 'mysql2';
import { failUnless } from './mysql-dialect.ts';
import type { Statement, Write } from './statement.ts';

/** The whole text of a statement, its parameters escaped by mysql2. */
export function textOf({ sql, parameters }: Statement): string {
  return format(sql, parameters as Parameters<typeof format>[1]);
}

/** One statement per row, or one for all rows; a guarded one is followed by one that fails unless it has found its rows. */
export function textsOf(write: Write): readonly string[] {
  const { matches } = write;
  if (!('parameters' in write)) return write.rows.flatMap((parameters) => textsOf({ ...write, parameters }));
  return matches === undefined ? [textOf(write)] : [textOf(write), `do ${failUnless(`row_count() = ${matches}`)}`];
}
