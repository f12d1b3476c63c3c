import type { DeadLetterStatus } from '@souk/contracts/http/ops';
import type { Problem } from '@souk/contracts/problem';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Redrive, RedriveFilter } from '../redrive.ts';
import { Dialog } from './confirm.tsx';
import { kindText } from './letter-verbs.ts';
import { Asked, count, Said, Verb } from './panel-parts.tsx';
import { Busy, Failure, Shape } from './parts.tsx';
import { go } from './place.ts';
import { filterText, startRedrive, stopRedrive, useRedrive } from './redrives.ts';
import { serviceName } from './words.ts';

interface RedriveDialogProps {
  readonly service: ServiceName;
  readonly letters: RedriveFilter;
  readonly onClose: () => void;
}

/** Letters that would fail that are listed. */
const FAILING_SHOWN = 5;

/** Asks first what would become of the letters, then redrives them. The campaign has a place of its own. */
export function RedriveDialog({ service, letters, onClose }: RedriveDialogProps) {
  return (
    <Dialog title={`Redrive letters of ${serviceName(service)}`} onClose={onClose}>
      <DryRun service={service} letters={letters} onClose={onClose} />
    </Dialog>
  );
}

function DryRun({ service, letters, onClose }: RedriveDialogProps) {
  const [dryRun, setDryRun] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [tries, setTries] = useState(0);
  const isGone = useRef(false);
  useEffect(() => () => { isGone.current = true; }, []);
  useEffect(() => {
    setProblem(null);
    void startRedrive({ service, letters, dryRun: true }).then((answer) => {
      if (!answer.ok) setProblem(answer.problem);
      else if (isGone.current) return stopRedrive(answer.value.id);
      else setDryRun(answer.value.id);
      return null;
    });
  }, [tries]);
  return (
    <>
      <p class="quiet"><Said>{`${serviceName(service)}: ${filterText(letters)}`}</Said></p>
      {problem !== null && <Failure problem={problem} retry={() => setTries(tries + 1)} />}
      {dryRun !== null ? <Decision id={dryRun} service={service} letters={letters} onClose={onClose} /> : (
        <>
          {problem === null && <Busy label="Looking for the letters" />}
          <div class="verbs"><button type="button" onClick={onClose}>Leave them</button></div>
        </>
      )}
    </>
  );
}

/** The dry run as it goes on, and the decision after it. Closed early, the dry run is stopped. */
function Decision({ id, service, letters, onClose }: RedriveDialogProps & { readonly id: string }) {
  const watched = useRedrive(id);
  const [isStarting, setStarting] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const dryRun = watched.value;
  const isRunning = useRef(true);
  isRunning.current = dryRun === undefined || dryRun.state === 'running';
  useEffect(() => () => {
    if (isRunning.current) void stopRedrive(id);
  }, []);
  const start = async () => {
    setStarting(true);
    const answer = await startRedrive({ service, letters, dryRun: false });
    setStarting(false);
    if (!answer.ok) return setProblem(answer.problem);
    onClose();
    go({ drawer: 'redrives', item: answer.value.id });
  };
  const isOver = dryRun !== undefined && dryRun.state !== 'running';
  return (
    <>
      <Asked of={watched} who="the console" />
      {dryRun !== undefined && <Forecast dryRun={dryRun} />}
      {isOver && dryRun.total > 0 && <p class="quiet">It begins with 1 letter, then takes 2, 5, and 20 at a time; it halts at the first that fails again, and can be stopped.</p>}
      {problem !== null && <Failure problem={problem} />}
      <div class="verbs">
        {isOver && dryRun.total > 0 && <Verb kind="primary" isBusy={isStarting} onDo={() => void start()}>Redrive {count(dryRun.total, 'letter')}</Verb>}
        <button type="button" onClick={onClose}>{isOver ? 'Leave them' : 'Stop the dry run'}</button>
      </div>
    </>
  );
}

function Forecast({ dryRun }: { readonly dryRun: Redrive }) {
  const { total, done, applied, alreadyApplied, failed, state, because, letters } = dryRun;
  if (total === 0) return <p role="status">No dead letter is like that any more.</p>;
  const discarded = done - applied - alreadyApplied - failed;
  const failing = letters.filter(({ outcome }) => outcome === 'failed');
  return (
    <>
      {state === 'running' && <label class="progress">Dry run: {done.toLocaleString('en')} of {count(total, 'letter')} asked<progress max={total} value={done} /></label>}
      <div role="status">
        {state !== 'running' && <p>Dry run of {count(done, 'letter')}{done < total && ` of ${total.toLocaleString('en')}`}; nothing was changed. {total >= 1000 && 'A campaign takes the newest 1,000.'}</p>}
        {because !== null && <p class="is-failed"><Shape name="failed" /> <Said>{because}</Said></p>}
      </div>
      <ul class="forecast">
        <li class="is-done"><Shape name="done" /> <strong>{applied.toLocaleString('en')}</strong> would be applied</li>
        <li class="is-never"><Shape name="never" /> <strong>{alreadyApplied.toLocaleString('en')}</strong> {alreadyApplied === 1 ? 'is' : 'are'} applied already: nothing changes</li>
        {discarded > 0 && <li class="is-never"><Shape name="never" /> <strong>{discarded.toLocaleString('en')}</strong> {discarded === 1 ? 'was' : 'were'} discarded meanwhile</li>}
        <li class={failed > 0 ? 'is-failed' : 'is-never'}><Shape name={failed > 0 ? 'failed' : 'never'} /> <strong>{failed.toLocaleString('en')}</strong> would fail again</li>
      </ul>
      {failing.length > 0 && (
        <>
          <ul class="failing">{failing.slice(0, FAILING_SHOWN).map(({ id, cause }) => <li key={id}><Said isShort>{cause ?? 'nobody said why'}</Said></li>)}</ul>
          {failing.length > FAILING_SHOWN && <p class="quiet">and {count(failing.length - FAILING_SHOWN, 'other')}</p>}
          {state !== 'running' && <p>The redrive would halt at the first of these. Mend the cause first, or discard them.</p>}
        </>
      )}
    </>
  );
}

interface RedriveByFilterProps {
  /** Topics of the letters there are. */
  readonly topics: readonly string[];
  readonly onClose: () => void;
}

interface Chosen {
  readonly service: ServiceName;
  readonly letters: RedriveFilter;
}

/** Asks which letters, then goes on like the redrive of a group. */
export function RedriveByFilter({ topics, onClose }: RedriveByFilterProps) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  return (
    <Dialog title={chosen === null ? 'Redrive letters by filter' : `Redrive letters of ${serviceName(chosen.service)}`} onClose={onClose}>
      {chosen === null ? <Filter topics={topics} onChosen={setChosen} onClose={onClose} /> : <DryRun {...chosen} onClose={onClose} />}
    </Dialog>
  );
}

const KINDS = ['unhandled', 'unsent'] as const satisfies DeadLetterStatus['kind'][];

function Filter({ topics, onChosen, onClose }: RedriveByFilterProps & { readonly onChosen: (chosen: Chosen) => void }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => {
      const value = form.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const kind = KINDS.find((each) => each === text('kind'));
    const service = SERVICES.find((each) => each === text('service'));
    if (service === undefined) return;
    onChosen({ service, letters: { ...(text('topic') !== '' && { topic: text('topic') }), ...(text('cause') !== '' && { cause: text('cause') }), ...(kind !== undefined && { kind }) } });
  };
  return (
    <form class="asked-for" onSubmit={submit}>
      <label class="stacked">Service<select name="service">{SERVICES.map((service) => <option key={service} value={service}>{serviceName(service)}</option>)}</select></label>
      <label class="stacked">Topic<select name="topic"><option value="">any</option>{topics.map((topic) => <option key={topic} value={topic}>{topic}</option>)}</select></label>
      <label class="stacked">Kind<select name="kind"><option value="">any</option>{KINDS.map((kind) => <option key={kind} value={kind}>{kindText(kind)}</option>)}</select></label>
      <label class="stacked">The cause begins with<input name="cause" maxLength={200} autoComplete="off" /></label>
      <div class="verbs">
        <button type="submit" class="primary">Begin with a dry run</button>
        <button type="button" onClick={onClose}>Leave it</button>
      </div>
    </form>
  );
}
