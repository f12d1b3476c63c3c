/** A slice of a list, newest first. Ids are UUIDv7, so they are in order of time. */
export interface IdSlice {
  /** The last id of the page before; undefined: from the start. */
  readonly before: string | undefined;
  readonly limit: number;
}
