/** Rows that one request looks at, at most, to find those that a filter without an index of its own lets through. */
export const LOOKS = 1000;

/** What was found of a list. */
export interface Looked<Row, Place> {
  readonly rows: readonly Row[];
  /** As much was looked at as one request may, up to here; absent: there is no more, or there are as many rows as were asked for. */
  readonly reached?: Place | undefined;
}
