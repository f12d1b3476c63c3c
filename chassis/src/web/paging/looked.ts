/** Maximum number of rows that one request looks at to find those that match a filter without an index of its own. */
export const LOOKS = 1000;

/** The rows of a list that one request found. */
export interface Looked<Row, Place> {
  readonly rows: readonly Row[];
  /** The last row looked at, when the request may look at no more; absent: the list has ended, or `rows` has as many as were asked for. */
  readonly reached?: Place | undefined;
}
