/** A statement that is described but not yet sent. A store describes statements; the database sends them in few packets. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** A statement that runs once for each row; without rows, not at all. For many rows MySQL's dialect builds a single `Statement` instead. */
export interface BulkStatement {
  readonly sql: string;
  readonly rows: readonly (readonly unknown[])[];
}

/** A write that fails the whole transaction as `stale` unless it finds this number of rows. */
export interface Guarded {
  readonly matches?: number;
}

export type Write = (Statement | BulkStatement) & Guarded;

export type Row = Readonly<Record<string, unknown>>;

/**
 * A write transaction as a script: every `yield` sends reads and receives their rows (one packet);
 * the returned writes go out together with the commit (the last packet). It must not wait for anything else,
 * so that no lock is ever held during other work.
 */
export type TransactionScript<Result> = Generator<
  readonly Statement[],
  { readonly writes: readonly Write[]; readonly result: Result },
  readonly (readonly Row[])[]
>;
