import { signal } from '@preact/signals';
import type { CommittedEvent, StreamCommitted, StreamOpened } from '@souk/contracts/http/ops';
import type { ServiceName } from '@souk/contracts/services';
import type { Session } from '../session.ts';
import { ask, onSessionEnd } from './api.ts';
import { eventStreamReader, type StreamEvent } from './event-stream.ts';
import { afterPaint } from './painted.ts';

/** `since`: when this state began, epoch milliseconds; `down`: services whose stream the console's server has lost. */
export interface Link {
  readonly state: 'live' | 'lost' | 'connecting';
  readonly since: number;
  readonly down: readonly ServiceName[];
}

export type Told = CommittedEvent & { readonly service: ServiceName };
type Listener = (entries: readonly Told[], skipped: number) => void;

/** The session of whoever is signed in; null: nobody, `undefined`: not known yet. */
export const session = signal<Session | null | undefined>(undefined);
export const link = signal<Link>({ state: 'connecting', since: Date.now(), down: [] });
/** While true nothing on the page moves. */
export const frozen = signal(false);
/** Number of entries that wait for the page to be thawed. */
export const held = signal(0);
/** Raised when something may have been missed: whoever shows what was told reads it anew. */
export const gaps = signal(0);

/** A comment comes every 2.5 s; after this long without a byte the link is lost, which a busy machine too can say within 6 s. Milliseconds. */
const SILENCE_MS = 5000;
/** A link that is back after this long is not worth a word. Milliseconds. */
const UNSAID_MS = 700;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5000;
/** Pause between two frames that tell something: under load every one of them lays the list out and paints it anew. */
const FRAME_EVERY_MS = 33;
/** Entries told in one frame at most: a resume of thousands is spread over several. */
const FRAME_LIMIT = 200;
/** Entries kept while frozen or hidden; beyond that the page is read anew instead. */
const HELD_LIMIT = 5000;

const listeners = new Set<Listener>();
let queue: Told[] = [];
let skipped = 0;
let isScheduled = false;
let lastToldAt = 0;

/** Entries that were committed, told once a frame at most. While frozen nothing is told, then all of it. */
export const committed = {
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

export async function readSession(): Promise<void> {
  const answer = await ask<Session>('/session');
  if (answer.ok) session.value = answer.value;
  else if (answer.problem.status === 401) session.value = null;
  else setTimeout(() => void readSession(), LONGEST_PAUSE_MS / 5);
}

/** Follows the stream for as long as somebody is signed in. */
export function followStream(): void {
  onSessionEnd(() => { session.value = null; });
  frozen.subscribe(schedule);
  document.addEventListener('visibilitychange', () => {
    isScheduled = false;
    schedule();
  });
  let ending: AbortController | undefined;
  let wasSignedIn = false;
  session.subscribe((now) => {
    const isSignedIn = now !== null && now !== undefined;
    if (isSignedIn === wasSignedIn) return;
    wasSignedIn = isSignedIn;
    ending?.abort();
    if (!isSignedIn) return;
    ending = new AbortController();
    void keepConnected(ending.signal);
  });
}

/** Number of connections that were opened. */
let opened = 0;

/** Never rejects: whatever ends a connection, the next one resumes after the last event that came whole. */
async function keepConnected(ended: AbortSignal): Promise<void> {
  let lastId = '';
  let failures = 0;
  say('connecting');
  while (!ended.aborted) {
    const openedBefore = opened;
    const reader = eventStreamReader(lastId);
    const isSilent = await readStream(reader, ended).then(() => false, (error: unknown) => error instanceof SilentLinkError);
    lastId = reader.lastId;
    if (ended.aborted) return;
    failures = opened > openedBefore ? 0 : failures + 1;
    if (isSilent || failures > 0) say('lost');
    else sayLostUnlessReopened(ended);
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
    await new Promise((done) => setTimeout(done, pause * (0.5 + Math.random() / 2)));
  }
}

function sayLostUnlessReopened(ended: AbortSignal): void {
  const [openedBefore, lostAt] = [opened, Date.now()];
  setTimeout(() => {
    if (opened === openedBefore && !ended.aborted) say('lost', lostAt);
  }, UNSAID_MS);
}

class SilentLinkError extends Error {
  readonly code = 'silent-link';
}

/** Returns when the stream ends. Throws `SilentLinkError` after `SILENCE_MS` without a byte, and whatever fetch throws. */
async function readStream(reader: ReturnType<typeof eventStreamReader>, ended: AbortSignal): Promise<void> {
  const silence = new AbortController();
  const fallSilent = () => silence.abort(new SilentLinkError('The stream has fallen silent'));
  let timer = setTimeout(fallSilent, SILENCE_MS);
  try {
    const isResumed = reader.lastId !== '';
    const answer = await fetch('/api/stream', {
      headers: { accept: 'text/event-stream', 'x-souk-console': '1', ...(isResumed && { 'last-event-id': reader.lastId }) },
      signal: AbortSignal.any([silence.signal, ended]),
      cache: 'no-store',
    });
    if (answer.status === 401) session.value = null;
    if (!answer.ok || answer.body === null) return;
    let isOpen = false;
    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
      // A proxy may answer for a server that is gone: only what the server says makes the link live.
      if (!isOpen) {
        isOpen = true;
        opened++;
        say('live');
        if (!isResumed) gaps.value++;
      }
      clearTimeout(timer);
      timer = setTimeout(fallSilent, SILENCE_MS);
      for (const event of reader.feed(text)) take(event);
    }
  } finally {
    clearTimeout(timer);
  }
}

function take({ event, data }: StreamEvent): void {
  switch (event) {
    case 'open': {
      const { service, missed } = JSON.parse(data) as StreamOpened;
      setDown(service, false);
      if (missed) gaps.value++;
      return;
    }
    case 'committed': {
      const { service, entries, skipped: more } = JSON.parse(data) as StreamCommitted;
      for (const entry of entries) queue.push({ ...entry, service });
      skipped += more;
      if (queue.length > HELD_LIMIT) {
        skipped += queue.length - HELD_LIMIT;
        queue = queue.slice(-HELD_LIMIT);
      }
      schedule();
      return;
    }
    case 'link': {
      const { service, up } = JSON.parse(data) as { service: ServiceName; up: boolean };
      setDown(service, !up);
      return;
    }
    default:
  }
}

/** A hidden page has no frames; it is kept up to date twice a second. */
function schedule(): void {
  if (frozen.value) {
    held.value = queue.length + skipped;
    return;
  }
  if (isScheduled || queue.length + skipped === 0) return;
  isScheduled = true;
  const pause = lastToldAt + FRAME_EVERY_MS - performance.now();
  if (document.hidden) setTimeout(tell, 500);
  else if (pause <= 0) requestAnimationFrame(tell);
  else setTimeout(() => requestAnimationFrame(tell), pause);
}

function tell(): void {
  isScheduled = false;
  if (frozen.value) return;
  lastToldAt = performance.now();
  const entries = queue.slice(0, FRAME_LIMIT);
  queue = queue.slice(FRAME_LIMIT);
  const unseen = skipped;
  skipped = 0;
  held.value = 0;
  if (entries.length + unseen === 0) return;
  for (const listener of listeners) listener(entries, unseen);
  if (unseen > 0) gaps.value++;
  afterPaint(entries);
  schedule();
}

function say(state: Link['state'], since = Date.now()): void {
  if (link.value.state !== state) link.value = { ...link.value, state, since };
}

function setDown(service: ServiceName, isDown: boolean): void {
  const { down } = link.value;
  if (down.includes(service) === isDown) return;
  link.value = { ...link.value, down: isDown ? [...down, service] : down.filter((each) => each !== service) };
}
