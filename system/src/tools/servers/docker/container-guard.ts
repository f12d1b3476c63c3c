import { join } from 'node:path';
import { SCRIPTS } from '../folders.ts';

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
