import type { DestinationStream } from '@souk/chassis/telemetry/logging';
import { standardError } from '@souk/chassis/telemetry/standard-error';

/** UTF-16 units that are held at most; what comes beyond them is written at once, with all before it. */
const HELD_LIMIT = 256 * 1024;

/** Log lines that wait until the command has said its first line, so that what a person needs stands above them. */
export interface HeldLog extends DestinationStream {
  /** Writes what was held; from now on nothing is. */
  open(): void;
}

/** Opens by itself when the process exits. */
export function heldLog(write = (line: string) => standardError.write(line, 'system')): HeldLog {
  let held: string[] | undefined = [];
  let size = 0;
  const open = (): void => {
    const lines = held ?? [];
    held = undefined;
    for (const line of lines) write(line);
  };
  process.once('exit', open);
  return {
    open,
    write(line) {
      if (held === undefined) return write(line);
      held.push(line);
      size += line.length;
      if (size > HELD_LIMIT) open();
    },
  };
}
