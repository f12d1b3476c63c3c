/**
 * The field in which a transaction marks every document it decided on, changed or not, with a unique name. Two
 * transactions that decide on the same document therefore never both commit: a snapshot alone would let each of them
 * change something else based on what it read here (write skew). MongoDB has no `select for update`.
 */
export const WRITE_CONFLICT_MARKER = 'settledBy';

/** Reads a document without the mark. */
export const UNMARKED = { [WRITE_CONFLICT_MARKER]: 0 } as const;
