import { join } from 'node:path';

const MAIN = join(import.meta.dir, '../../src/main.ts');

interface StartOptions {
  readonly parameters: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Instead of this repository's. */
  readonly main?: string;
  /** Makes of the command what is run. */
  readonly as?: (command: readonly string[]) => readonly string[];
}

/** `npm start` that stays up. */
export interface RunningStart extends AsyncDisposable {
  /** All it had printed when it said how to leave it. */
  readonly out: string;
  /** SIGINT, and the exit code. */
  stop(): Promise<number>;
}

/** Answers when it has said all it says; throws what it said when it ends before. */
export async function runningStart({ parameters, env = process.env, main = MAIN, as = (command) => command }: StartOptions): Promise<RunningStart> {
  const child = Bun.spawn([...as([process.execPath, main, ...parameters])], { env, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const said = child.stderr.text();
  let out = '';
  const complete = Promise.withResolvers<boolean>();
  // To the end: whoever prints to a pipe that nobody reads ends by it.
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      out += decoder.decode(chunk, { stream: true });
      if (/^Ctrl-C .*\n/m.test(out)) complete.resolve(true);
    }
    complete.resolve(false);
  })();
  const stop = async () => {
    child.kill('SIGINT');
    await reading;
    return child.exited;
  };
  if (await complete.promise) return { out, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
  throw new Error(`it ended with ${await child.exited}: ${out}${await said}`);
}
