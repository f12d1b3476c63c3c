import { problem, stopping } from '@souk/chassis/web/problems/problem';
import { faultSource, type Report } from '@souk/chassis/telemetry/report';
import type { ServiceName } from '@souk/contracts/services';
import type { Redrive, StartRedrive } from '../redrive.ts';
import { type LetterDoor, LetterUnreachableError, type Redriving } from './letter-door.ts';
import { batchOf, endedRedrive, startedRedrive, withNextBatch, withResult } from './redrive-run.ts';
import { type ConsoleSession, SessionOverError } from './sessions.ts';

/** Number of campaigns that are remembered. */
const KEPT = 50;
/** Milliseconds between two batches, in which what a batch has caused shows itself. */
const PAUSE_MS = 500;

export interface Redrives {
  /** Throws the 409 problem while another campaign runs at the service; rejects as the search for its letters does. */
  start(session: ConsoleSession, wanted: StartRedrive): Promise<Redrive>;
  /** Newest first. */
  all(): readonly Redrive[];
  find(id: string): Redrive | undefined;
  /** After the letter that is under way. undefined: there is none of this id. */
  stop(id: string, because: string): Redrive | undefined;
  close(): Promise<void>;
}

export interface RedrivesOptions {
  readonly letters: LetterDoor;
  readonly report: Report;
  readonly pauseMs?: number;
  readonly now?: () => Date;
}

interface Running {
  readonly ending: AbortController;
  readonly work: Promise<void>;
}

/** The campaigns of this process. They go on when nobody looks, with the session of the one who started them, and end with it. */
export function redrives({ letters: door, report, pauseMs = PAUSE_MS, now = () => new Date() }: RedrivesOptions): Redrives {
  // Oldest first.
  const kept = new Map<string, Redrive>();
  const running = new Map<string, Running>();
  /** Services at which a campaign runs, or is about to. */
  const busy = new Set<ServiceName>();
  const faults = faultSource(report, 'redrive campaigns');
  let isClosed = false;

  const at = (): string => now().toISOString();
  const current = (id: string): Redrive => {
    const found = kept.get(id);
    if (found === undefined) throw new Error(`campaign ${id} was forgotten while it ran`);
    return found;
  };
  const keep = (redrive: Redrive): Redrive => {
    kept.set(redrive.id, redrive);
    for (const id of kept.keys()) if (kept.size > KEPT && id !== redrive.id && !running.has(id)) kept.delete(id);
    return redrive;
  };

  function stop(id: string, because: string): Redrive | undefined {
    const found = kept.get(id);
    running.get(id)?.ending.abort(new StoppedError());
    return found && keep(endedRedrive(found, 'stopped', at(), because));
  }

  async function redriveAll(id: string, where: Redriving): Promise<void> {
    while (current(id).state === 'running') {
      const begun = keep(withNextBatch(current(id)));
      for (const letter of batchOf(begun)) {
        const { outcome, cause } = await (begun.dryRun ? door.tryOut(where, letter) : door.redrive(where, letter));
        keep(withResult(current(id), letter.id, { outcome, cause, at: at() }));
        if (current(id).state !== 'running') return;
      }
      if (!begun.dryRun) await Bun.sleep(pauseMs);
    }
  }

  async function run(id: string, where: Redriving): Promise<void> {
    const sessionEnds = (): void => void stop(id, 'The session of the operator who started it has ended.');
    where.session.ended.addEventListener('abort', sessionEnds);
    try {
      await redriveAll(id, where);
      faults.worked();
    } catch (error) {
      if (error instanceof SessionOverError) sessionEnds();
      else if (!(error instanceof StoppedError)) {
        const because = error instanceof LetterUnreachableError ? error.message : 'The console failed: its log says why.';
        keep(endedRedrive(current(id), 'halted', at(), because));
        faults.failed(error, 'a campaign has ended early', { redrive: id });
      }
    } finally {
      where.session.ended.removeEventListener('abort', sessionEnds);
      busy.delete(where.service);
      running.delete(id);
    }
  }

  return {
    async start(session, wanted) {
      const { service } = wanted;
      if (isClosed) throw stopping();
      if (busy.has(service)) throw problem('conflict', { detail: `Another campaign runs at ${service}: stop it, or wait for its end.` });
      busy.add(service);
      try {
        const ending = new AbortController();
        const where = { session, service, signal: ending.signal };
        const found = await door.find(where, wanted.letters);
        const redrive = keep(startedRedrive({ ...wanted, id: Bun.randomUUIDv7(), by: session.operator.userId, at: at() }, found));
        running.set(redrive.id, { ending, work: run(redrive.id, where) });
        return redrive;
      } catch (error) {
        busy.delete(service);
        throw error;
      }
    },
    all: () => [...kept.values()].toReversed(),
    find: (id) => kept.get(id),
    stop,
    async close() {
      isClosed = true;
      const works = [...running.values()].map(({ work }) => work);
      for (const id of running.keys()) stop(id, 'The console was stopped.');
      await Promise.all(works);
    },
  };
}

class StoppedError extends Error {
  readonly code = 'redrive-stopped';
  constructor() {
    super('the campaign was stopped');
    this.name = 'StoppedError';
  }
}
