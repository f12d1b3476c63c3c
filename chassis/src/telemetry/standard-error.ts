/** UTF-16 units that wait in memory while nobody reads standard error; lines beyond them are dropped. */
const WAITING_LIMIT = 1024 * 1024;
/** Longest wait of an ending process for a reader of its last lines. */
const EXIT_LIMIT_MS = 500;
const LOOK_AGAIN_MS = 10;

/** Owner of lines without a service, such as a driver's. */
const NOBODY = 'process';

/** The destination of the lines; its `write` only collects them. */
type Sink = Pick<Bun.FileSink, 'write' | 'flush'>;

interface Line {
  /** The service whose line it is: several may share a process. */
  readonly owner: string;
  readonly text: string;
}

/**
 * Writes log lines for a process that must go on whatever becomes of them. On a full disk, or when the reader has gone, a line
 * is dropped and counted. While nobody reads a pipe, lines wait, and are dropped and counted when too many wait. As soon as
 * lines can be written again, one of them says for each service how many are missing. Nothing throws, and nothing waits for a
 * reader, because Bun's sinks write to pipes and sockets without blocking. As long as no line waits, each is handed to the
 * system before `write` returns: the last ones before a crash are the ones that matter.
 */
export function lineWriter(open: () => Sink) {
  let sink: Sink | undefined;
  let waiting: Line[] = [];
  let waitingSize = 0;
  /** The system has not taken all of the last write yet. */
  let isBusy = false;
  /** The last write failed, perhaps in the middle of a line. */
  let isTorn = false;
  let dropped = 0;
  let untold = new Map<string, number>();
  let cause = '';

  function drop(owner: string, count: number): void {
    dropped += count;
    untold.set(owner, (untold.get(owner) ?? 0) + count);
  }

  function write(text: string, owner = NOBODY): void {
    if (isBusy && waitingSize + text.length > WAITING_LIMIT) {
      cause = 'nobody reads them';
      drop(owner, 1);
      return;
    }
    waiting.push({ owner, text });
    waitingSize += text.length;
    if (!isBusy) writeWaiting();
  }

  function writeWaiting(): void {
    const [lines, told] = [waiting, untold];
    const text = `${isTorn ? '\n' : ''}${told.size === 0 ? '' : droppedLines(told, cause)}${textOf(lines)}`;
    [waiting, waitingSize, untold] = [[], 0, new Map()];
    const lose = (error: unknown): void => {
      isTorn = true;
      cause = causeOf(error);
      for (const [owner, count] of told) untold.set(owner, (untold.get(owner) ?? 0) + count);
      for (const { owner } of lines) drop(owner, 1);
    };
    try {
      sink ??= open();
      void sink.write(text);
      const taken = sink.flush();
      isTorn = false;
      if (taken instanceof Promise) void goOnAfter(taken, lose);
    } catch (error) {
      lose(error);
    }
  }

  async function goOnAfter(taken: Promise<unknown>, lose: (error: unknown) => void): Promise<void> {
    isBusy = true;
    try {
      await taken;
    } catch (error) {
      lose(error);
    }
    isBusy = false;
    if (waiting.length > 0) writeWaiting();
  }

  /** For the end of the process: writes the waiting lines as far as they are read in time. Blocks meanwhile. */
  function writeRest(): void {
    if (!isBusy || sink === undefined) return;
    const end = performance.now() + EXIT_LIMIT_MS;
    try {
      void sink.write(textOf(waiting));
      while (sink.flush() instanceof Promise && performance.now() < end) Bun.sleepSync(LOOK_AGAIN_MS);
    } catch {
      // The reader has gone, and this process is ending.
    }
  }

  return {
    write,
    writeRest,
    /** Counts a line that was lost before it reached this writer. */
    lost: (owner = NOBODY) => drop(owner, 1),
    /** Number of lines of this process dropped so far. */
    dropped: () => dropped,
  };
}

export const standardError = lineWriter(() => {
  process.on('exit', standardError.writeRest);
  return Bun.stderr.writer();
});

function textOf(lines: readonly Line[]): string {
  const [first] = lines;
  return lines.length === 1 && first !== undefined ? first.text : lines.map(({ text }) => text).join('');
}

/** In the form of the log's lines (`logging.ts`). */
function droppedLines(counts: ReadonlyMap<string, number>, cause: string): string {
  const time = new Date().toISOString();
  const msg = 'log lines could not be written and are missing: standard error was full, or nobody read it';
  return [...counts].map(([service, dropped]) => `${JSON.stringify({ level: 'error', time, service, dropped, cause, msg })}\n`).join('');
}

function causeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
