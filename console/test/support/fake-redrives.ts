import type { Redrive, StartRedrive } from '../../src/redrive.ts';
import type { FakeLetters } from './fake-letters.ts';
import { uuid } from './fake-world.ts';

const BATCHES = [1, 2, 5, 20];

/** Campaigns as the console's server runs them, faster. `undefined`: there is no such route. */
export function fakeRedrives(letters: FakeLetters, by: string, msPerLetter = 30) {
  const all: Redrive[] = [];

  function run(id: string): void {
    const at = all.findIndex((each) => each.id === id);
    const redrive = all[at];
    if (redrive === undefined || redrive.state !== 'running') return;
    all[at] = withNext(redrive);
    setTimeout(() => run(id), msPerLetter);
  }

  function withNext(redrive: Redrive): Redrive {
    const now = new Date().toISOString();
    const next = redrive.letters.find(({ outcome }) => outcome === 'waiting');
    if (next === undefined) return { ...redrive, state: 'done', endedAt: now };
    const letter = letters.find(redrive.service, next.id);
    const { outcome, cause } = letters.outcomeOf(letter);
    if (!redrive.dryRun) letters.redrive(redrive.service, next.id, by);
    const failed = outcome === 'fails';
    const done = redrive.done + 1;
    const isLast = done === redrive.total;
    return {
      ...redrive, done,
      batch: batchOf(done),
      applied: redrive.applied + (outcome === 'applied' || outcome === 'sent' ? 1 : 0),
      alreadyApplied: redrive.alreadyApplied + (outcome === 'already_applied' ? 1 : 0),
      failed: redrive.failed + (failed ? 1 : 0),
      letters: redrive.letters.map((each) => (each.id === next.id ? { ...each, outcome: failed ? 'failed' : outcome, cause, at: now } : each)),
      ...(failed && !redrive.dryRun ? { state: 'halted', endedAt: now, because: `A letter failed again: ${cause ?? ''}` } : isLast ? { state: 'done', endedAt: now } : {}),
    };
  }

  function start({ service, letters: filter, dryRun }: StartRedrive): Redrive {
    const meant = (letters.letters.get(service) ?? []).filter((letter) =>
      letter.status === 'dead' && (filter.group === undefined || letter.group === filter.group) && (filter.topic === undefined || letter.topic === filter.topic) &&
      (filter.kind === undefined || letter.kind === filter.kind) && (filter.cause === undefined || letter.cause.startsWith(filter.cause)));
    const now = new Date().toISOString();
    const redrive: Redrive = {
      id: uuid(Date.now(), 900 + all.length), service, filter, dryRun, by, state: meant.length === 0 ? 'done' : 'running', total: meant.length, done: 0, applied: 0, alreadyApplied: 0, failed: 0,
      startedAt: now, endedAt: meant.length === 0 ? now : null, batch: 0, because: null,
      letters: meant.toReversed().map(({ id, key, topic, cause }) => ({ id, key, topic, outcome: 'waiting', cause, at: null })),
    };
    all.unshift(redrive);
    setTimeout(() => run(redrive.id), msPerLetter);
    return redrive;
  }

  return (method: string, path: string, body: unknown): Response | undefined => {
    const id = path.split('/')[3];
    if (id === undefined) {
      if (method === 'POST') return Response.json(start(body as StartRedrive), { status: 202 });
      return Response.json({ items: all.map(({ letters: _letters, ...summary }) => summary) });
    }
    const at = all.findIndex((each) => each.id === id);
    const redrive = all[at];
    if (redrive === undefined) return undefined;
    if (method === 'DELETE' && redrive.state === 'running') all[at] = { ...redrive, state: 'stopped', endedAt: new Date().toISOString(), because: 'An operator has stopped it.' };
    return Response.json(all[at]);
  };
}

function batchOf(done: number): number {
  let [batch, left] = [0, done];
  while (left > 0) {
    left -= BATCHES[Math.min(batch, BATCHES.length - 1)] ?? 1;
    batch++;
  }
  return batch;
}
