/** Rows that one request looks at, at most, to find those that a filter without an index of its own lets through. */
export const LOOKS = 1000;

/** The rows of a list that one request found. */
export interface Looked<Row, Place> {
  readonly rows: readonly Row[];
  /** The last row that was looked at, when one request may look at no more; absent: the list has ended, or has as many rows as were asked for. */
  readonly reached?: Place | undefined;
}
