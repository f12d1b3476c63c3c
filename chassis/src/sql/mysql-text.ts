import { format } from 'mysql2';
import type { Statement, Write } from './statement.ts';

/** The whole text of a statement, its parameters escaped by mysql2. */
export function textOf({ sql, parameters }: Statement): string {
  return format(sql, parameters as Parameters<typeof format>[1]);
}

/** A statement for each row, or one for all of them. */
export function textsOf(write: Write): readonly string[] {
  if ('parameters' in write) return [textOf(write)];
  return write.rows.map((parameters) => textOf({ sql: write.sql, parameters }));
}
