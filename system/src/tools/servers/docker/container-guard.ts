import { join } from 'node:path';
import { SCRIPTS } from '../folders.ts';

/**
 * The label that containers of this process carry. The first asking starts a guard that removes them all when this
 * process is gone; the way of testcontainers itself would be one more image to fetch.
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

/** Removes all containers with this label, and their nameless volumes, when this process is gone. */
export function guardContainers(labelled: string): void {
  const command = ['bash', join(SCRIPTS, 'guard-containers.sh'), labelled];
  // Its input ends with this process.
  Bun.spawn(command, { stdin: 'pipe', stdout: 'ignore', stderr: 'ignore', detached: true }).unref();
}
