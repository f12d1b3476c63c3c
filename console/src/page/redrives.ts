import type { Problem } from '@souk/contracts/problem';
import type { Redrive, RedriveFilter, StartRedrive } from '../redrive.ts';
import { type Answer, ask } from './api.ts';
import { kindText } from './letter-verbs.ts';
import { useWatched, type Watched } from './watched.ts';

/** Milliseconds between two looks at a campaign that runs, and at one that has ended. */
const RUNNING_EVERY_MS = 500;
const ENDED_EVERY_MS = 60_000;

/** Never rejects. */
export function startRedrive(start: StartRedrive): Promise<Answer<Redrive>> {
  return ask<Redrive>('/api/redrives', { method: 'POST', body: start });
}

/** Never rejects. */
export async function stopRedrive(id: string): Promise<Problem | null> {
  const answer = await ask<Redrive>(`/api/redrives/${id}`, { method: 'DELETE' });
  return answer.ok ? null : answer.problem;
}

/** A campaign as it goes on. */
export function useRedrive(id: string): Watched<Redrive> {
  return useWatched<Redrive>(id, (signal) => ask(`/api/redrives/${encodeURIComponent(id)}`, { signal }), {
    everyMs: (redrive) => (redrive === undefined || redrive.state === 'running' ? RUNNING_EVERY_MS : ENDED_EVERY_MS),
  });
}

/** `topic order.created, could not be handled, of one group`. */
export function filterText({ group, topic, cause, kind }: RedriveFilter): string {
  const parts = [
    ...(topic === undefined ? [] : [`topic ${topic}`]),
    ...(kind === undefined ? [] : [kindText(kind)]),
    ...(cause === undefined ? [] : [`cause begins with “${cause}”`]),
    ...(group === undefined ? [] : ['of one group']),
  ];
  return parts.length === 0 ? 'all dead letters' : parts.join(', ');
}

/** Gives the campaign with its receipts to the browser as a file. */
export function saveRedrive(redrive: Redrive): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(redrive, null, 2)}\n`], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${redrive.dryRun ? 'dry-run' : 'redrive'}-${redrive.service}-${redrive.id}.json`;
  link.click();
  // The browser reads the file after this.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
