import type { DeadLetterStatus, RedriveTrial } from '@souk/contracts/http/ops';
import type { Problem } from '@souk/contracts/problem';
import type { ServiceName } from '@souk/contracts/services';
import { useState } from 'preact/hooks';
import { Confirm } from './confirm.tsx';
import type { LetterPlace } from './letter-place.ts';
import { Crumbs, ReceiptLine } from './letter-parts.tsx';
import { discardLetter, findLetter, kindText, receiptOf, receipts, redriveLetter, tryLetter } from './letter-verbs.ts';
import { Asked, count, Empty, Key, Said, Verb } from './panel-parts.tsx';
import { CopyButton, Curl, Failure, Shape, Short, Status, Time } from './parts.tsx';
import { useWatched } from './watched.ts';
import { serviceName } from './words.ts';

/** Characters of a message that are shown; the whole of it can be copied. */
const SHOWN_CHARACTERS = 20_000;

interface LetterViewProps {
  readonly at: LetterPlace;
  readonly service: ServiceName;
  readonly letter: NonNullable<LetterPlace['letter']>;
}

/** One dead letter: what can be done about it, and all that is known of it. */
export function LetterView({ at, service, letter }: LetterViewProps) {
  const { group: _group, letter: _letter, ...above } = at;
  const found = useWatched(letter.id, (signal) => findLetter(service, letter, signal), { concerns: ({ name }) => name.endsWith('.dead_letter') });
  return (
    <section class="panel" aria-labelledby="panel-title">
      <Crumbs at={{ ...above, ...(at.group !== undefined && { group: at.group }) }} now="letter" />
      <h2 id="panel-title" tabIndex={-1}>Letter <Short id={letter.id} /></h2>
      <Asked of={found} who={serviceName(service)} />
      {found.value === null && <Empty>{serviceName(service)} has no such letter any more.</Empty>}
      {found.value !== undefined && found.value !== null && <Letter service={service} letter={found.value} reload={found.reload} />}
    </section>
  );
}

function Letter({ service, letter, reload }: { readonly service: ServiceName; readonly letter: DeadLetterStatus; readonly reload: () => void }) {
  const here = receipts.value.filter(({ id }) => id === letter.id);
  const isDead = letter.status === 'dead';
  const stored = isDead || here.some(({ outcome }) => outcome !== 'failed') ? [] : [receiptOf(service, letter)];
  return (
    <>
      {isDead && <LetterVerbs service={service} letter={letter} reload={reload} />}
      <div role="status">{here.length + stored.length > 0 && <ul class="receipts" aria-label="Receipts">{[...here, ...stored].map((receipt) => <li key={`${receipt.at}${receipt.outcome}`}><ReceiptLine receipt={receipt} /></li>)}</ul>}</div>
      <dl class="facts">
        <div><dt>State</dt><dd><Status status={letter.status} /></dd></div>
        <div><dt>Consumer</dt><dd>{serviceName(service)}</dd></div>
        <div><dt>Topic</dt><dd><code>{letter.topic}</code></dd></div>
        <div><dt>Kind</dt><dd>{kindText(letter.kind)}</dd></div>
        <div><dt>Key</dt><dd><Key of={letter.key} topic={letter.topic} /></dd></div>
        <div><dt>Attempts</dt><dd>{count(letter.attempts, 'attempt')}; first <Time at={letter.firstFailedAt} />, last <Time at={letter.lastFailedAt} /></dd></div>
      </dl>
      <h3>Cause</h3>
      <p class="cause"><Said>{letter.cause}</Said></p>
      <Message letter={letter} />
      <h3>The same in a terminal</h3>
      <Curl service={service} method="POST" path={`/ops/dead-letters/${letter.id}/redrive`} />
    </>
  );
}

type Doing = 'redrive' | 'try' | null;

function LetterVerbs({ service, letter, reload }: { readonly service: ServiceName; readonly letter: DeadLetterStatus; readonly reload: () => void }) {
  const [doing, setDoing] = useState<Doing>(null);
  const [isDiscarding, setDiscarding] = useState(false);
  const [trial, setTrial] = useState<RedriveTrial | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = async (what: Exclude<Doing, null>) => {
    setDoing(what);
    setProblem(null);
    setTrial(null);
    if (what === 'try') {
      const answer = await tryLetter(service, letter);
      if (answer.ok) setTrial(answer.value);
      else setProblem(answer.problem);
    } else {
      const done = await redriveLetter(service, letter);
      if (!done.ok) setProblem(done.problem);
      reload();
    }
    setDoing(null);
  };
  const discard = async (reason: string): Promise<Problem | null> => {
    const done = await discardLetter(service, letter, reason);
    reload();
    return done.ok ? null : done.problem;
  };
  return (
    <>
      <div class="verbs">
        <Verb kind="primary" keys="r" isBusy={doing === 'redrive'} onDo={() => void run('redrive')}>Redrive</Verb>
        <Verb keys="t" isBusy={doing === 'try'} onDo={() => void run('try')}>Try first</Verb>
        <Verb kind="danger" keys="d" onDo={() => setDiscarding(true)}>Discard…</Verb>
      </div>
      <div role="status">{trial !== null && <TrialText trial={trial} />}</div>
      {problem !== null && <Failure problem={problem} />}
      {isDiscarding && (
        <Confirm title="Discard this letter?" verb="Discard the letter" isDanger reason="The reason, which is kept with the letter" onConfirm={discard} onClose={() => setDiscarding(false)}>
          <p>Its message will never be handled{letter.kind === 'unsent' ? ' by anybody: the event stays out of the log' : ` by ${serviceName(service)}`}. This cannot be undone.</p>
        </Confirm>
      )}
    </>
  );
}

function TrialText({ trial: { outcome, cause } }: { readonly trial: RedriveTrial }) {
  switch (outcome) {
    case 'applied':
      return <p class="trial"><Shape name="done" /> A redrive would be <strong>applied</strong>: it would change something. Nothing was changed now.</p>;
    case 'already_applied':
      return <p class="trial"><Shape name="done" /> A redrive would change nothing: the message is <strong>already applied</strong>.</p>;
    case 'sent':
      return <p class="trial"><Shape name="done" /> A redrive would <strong>send</strong> the event to the log, which should take it.</p>;
    case 'fails':
      return <p class="trial is-failed"><Shape name="failed" /> A redrive <strong>would fail again</strong>: <Said>{cause ?? 'nobody said why.'}</Said></p>;
    default:
      return outcome satisfies never;
  }
}

function Message({ letter: { headers, value, binary } }: { readonly letter: DeadLetterStatus }) {
  const text = indented(value);
  const names = Object.entries(headers);
  return (
    <>
      <div class="with-copy"><h3>Payload</h3><CopyButton text={value} label="Copy the payload" /></div>
      <pre class="payload" dir="ltr" tabIndex={0} aria-label="Payload">{text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}\n… ${count(text.length - SHOWN_CHARACTERS, 'more character')}` : text}</pre>
      {binary !== undefined && <><h3>Parts that are not text, as base64</h3><pre class="payload" dir="ltr" tabIndex={0} aria-label="Binary parts">{JSON.stringify(binary, null, 2).slice(0, SHOWN_CHARACTERS)}</pre></>}
      <h3>Headers</h3>
      {names.length === 0 ? <p class="quiet">It has none.</p> : <dl class="facts headers">{names.map(([name, content]) => <div key={name}><dt><code><Said>{name}</Said></code></dt><dd><code><Said>{content}</Said></code></dd></div>)}</dl>}
    </>
  );
}

/** JSON with line breaks; other text as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
