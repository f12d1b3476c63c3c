import { join } from 'node:path';
import type { RealServer } from '@souk/chassis/testing/server-variables';
import { SCRIPTS } from '../folders.ts';
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

/** The same images as in `compose.yaml`. */
export const IMAGES = {
  MySQL: 'mysql:8.4',
  MongoDB: 'mongo:8',
  Kafka: 'docker.redpanda.com/redpandadata/redpanda:v26.1.14',
} as const satisfies Readonly<Record<RealServer, string>>;

/**
 * Label of this process's containers. The first call starts a guard that removes them all when this process ends; testcontainers'
 * own way would need one more image.
 */
export function guardedLabel(): Readonly<Record<string, string>> {
  return (label ??= startGuard());
}

const NAME = 'souk.servers';
let label: Readonly<Record<string, string>> | undefined;

function startGuard(): Readonly<Record<string, string>> {
  const owner = Bun.randomUUIDv7();
  guardContainers(`${NAME}=${owner}`);
  return { [NAME]: owner };
}

/** Removes all containers with this label, and their anonymous volumes, when this process ends. */
export function guardContainers(labelled: string): void {
  const command = ['bash', join(SCRIPTS, 'guard-containers.sh'), labelled];
  // The guard's input ends with this process.
  Bun.spawn(command, { stdin: 'pipe', stdout: 'ignore', stderr: 'ignore', detached: true }).unref();
}
