import type { Report } from '../server.ts';

const ANSWER_MS = 2000;
const PULL_MS = 300_000;

/** True if a Docker engine runs here. */
export async function dockerAnswers(): Promise<boolean> {
  return Bun.which('docker', { PATH: process.env['PATH'] ?? '' }) !== null && (await docker(['info'], ANSWER_MS)).ok;
}

/** Fetches the image unless it is there; returns the reason if that fails. */
export async function whyNoImage(image: string, report: Report): Promise<string | undefined> {
  if ((await docker(['image', 'inspect', image], ANSWER_MS)).ok) return undefined;
  report(`fetching the image ${image}`);
  const pulled = await docker(['pull', '--quiet', image], PULL_MS);
  return pulled.ok ? undefined : pulled.said || `no end after ${PULL_MS / 1000} s`;
}

async function docker(parameters: readonly string[], limitMs: number): Promise<{ readonly ok: boolean; readonly said: string }> {
  const child = Bun.spawn(['docker', ...parameters], { env: process.env, stdin: 'ignore', stdout: 'ignore', stderr: 'pipe', timeout: limitMs, killSignal: 'SIGKILL' });
  const [said, code] = await Promise.all([child.stderr.text(), child.exited]);
  return { ok: code === 0, said: said.trim().replaceAll(/\s*\n\s*/g, ' ') };
}
