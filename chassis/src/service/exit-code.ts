/** Exit codes of the processes and commands of this repository. */
export const EXIT = {
  ok: 0,
  /** A story or a check failed; a part did not stop. */
  failed: 1,
  /** Wrong usage, a setting that is missing or wrong. */
  usage: 2,
  /** A busy port, a folder that cannot be written, a missing server, topics or tables that are not as declared. */
  environment: 3,
} as const;
