import { spawn } from 'bun';

export interface Command {
  readonly words: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly limitMs: number;
  /** Prefix of each line shown, for commands that run at the same time. */
  readonly mark?: string;
}

export interface Outcome {
  readonly output: string;
  readonly code: number;
  /** It was killed, with its children, because it exceeded its limit. */
  readonly tooLong: boolean;
}

/** Longest wait for late output: a grandchild in a session of its own may outlive a command and hold its output open. */
const LATE_OUTPUT_MS = 5000;

const running = new Set<number>();

/** Kills all running commands, with their children. */
export function killRunning(): void {
  for (const pid of running) killGroup(pid);
}

/** Runs a command to its end, and shows its output. */
export async function runCommand({ words, folder, env, limitMs, mark }: Command): Promise<Outcome> {
  // Detached: a process group of its own, so that its children can be killed with it.
  const child = spawn([...words], { cwd: folder, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', env: { ...env, FORCE_COLOR: '0' }, detached: true });
  running.add(child.pid);
  let tooLong = false;
  const limit = setTimeout(() => {
    tooLong = true;
    killGroup(child.pid);
  }, limitMs);
  try {
    const seen = { output: '' };
    const read = Promise.all([echo(child.stdout, seen, mark), echo(child.stderr, seen, mark)]);
    const code = await child.exited;
    killGroup(child.pid);
    await Promise.race([read, Bun.sleep(LATE_OUTPUT_MS)]);
    return { output: seen.output, code, tooLong };
  } finally {
    clearTimeout(limit);
    running.delete(child.pid);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
}

/** Writes whole lines, so that the lines of parallel commands do not mix. */
async function echo(stream: ReadableStream<Uint8Array>, seen: { output: string }, mark: string | undefined): Promise<void> {
  const decoder = new TextDecoder();
  let begun = '';
  const show = (lines: readonly string[]) => {
    for (const line of lines) process.stdout.write(mark === undefined ? `${line}\n` : `${mark} | ${line}\n`);
  };
  for await (const chunk of stream) {
    const part = decoder.decode(chunk, { stream: true });
    seen.output += part;
    const lines = (begun + part).split('\n');
    begun = lines.pop() ?? '';
    show(lines);
  }
  if (begun !== '') show([begun]);
}
