/** Some of a list that begins with the newest. Ids are UUIDv7, so their order is that of time. */
export interface IdSlice {
  /** The last id of the page before; undefined: from the start. */
  readonly before: string | undefined;
  readonly limit: number;
}
