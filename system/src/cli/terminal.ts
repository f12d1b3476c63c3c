import type { TimelineEntry } from '@souk/contracts/http/order-timeline';
import type { ServiceName } from '@souk/contracts/services';
import type { StoryResult } from '../shop/stories.ts';
import type { Story } from '../shop/stories/stories.ts';

/** Output of a run for its reader: a person at a terminal, a log file, or a program. */
export interface Reporter {
  progress(text: string): void;
  ready(urls: Readonly<Record<ServiceName, string>>, ms: number): void;
  storyBegins(story: Story): void;
  entry(entry: TimelineEntry): void;
  storyEnds(result: StoryResult): void;
  note(text: string): void;
}

interface Output {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function humanReporter({ write, isTerminal }: Output, env: Environment): Reporter {
  const paint = painter(isTerminal && (env.NO_COLOR ?? '') === '');
  const line = (text = '') => write(`${text}\n`);
  return {
    progress: (text) => line(paint.dim(text)),
    ready(urls, ms) {
      line(`${paint.bold('Souk is open')} ${paint.dim(`(ready in ${Math.round(ms)} ms)`)}`);
      for (const [name, url] of Object.entries(urls)) line(`  ${name.padEnd(10)}${paint.cyan(`${url}/docs`)}`);
      line();
    },
    storyBegins: (story) => line(paint.bold(story.title)),
    entry: (entry) => line(`  ${entryText(entry, paint)}`),
    storyEnds({ status, reason, ms, asTold }) {
      const end = reason === null ? status : `${status} (${reason})`;
      line(`  ${asTold ? paint.green('as it should') : paint.red('NOT as it should')}: ${end} after ${ms} ms`);
      line();
    },
    note: line,
  };
}

/** Prints one JSON line per story, and one when the services are ready unless only the stories are wanted. */
export function jsonReporter(write: (text: string) => void, { announceReady }: { announceReady: boolean }): Reporter {
  const line = (value: object) => write(`${JSON.stringify(value)}\n`);
  const quiet = () => undefined;
  return {
    progress: quiet,
    ready: (urls, ms) => (announceReady ? line({ ready: true, ms: Math.round(ms), urls }) : undefined),
    storyBegins: quiet,
    entry: quiet,
    storyEnds: ({ asTold: _asTold, ...result }) => line(result),
    note: quiet,
  };
}

function entryText({ seq, at, service, name, from, to, reason }: TimelineEntry, paint: ReturnType<typeof painter>): string {
  const step = to === null ? '' : `${from ?? 'new'} -> ${to}`;
  const why = reason === null ? '' : `(${reason})`;
  const time = paint.dim(at.slice(11, 23));
  return `${String(seq).padStart(2)} ${time} ${service.padEnd(9)} ${paint.cyan(name.padEnd(24))} ${step} ${why}`.trimEnd();
}

function painter(isColoured: boolean) {
  const style = (code: number) => (text: string) => (isColoured ? `\u001B[${code}m${text}\u001B[0m` : text);
  return { bold: style(1), dim: style(2), red: style(31), green: style(32), cyan: style(36) };
}
