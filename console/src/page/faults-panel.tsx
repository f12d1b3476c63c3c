import { signal } from '@preact/signals';
import type { Fault, Faults, MakeFault } from '@souk/contracts/http/ops';
import type { Problem } from '@souk/contracts/problem';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { useId, useState } from 'preact/hooks';
import type { DemoKind, DemoOrder } from '../demo.ts';
import { type Answer, askService } from './api.ts';
import { clock } from './clock.ts';
import { consequenceOf, faultText, kindsOf, TOPICS_READ, verbOf } from './fault-words.ts';
import { session } from './live.ts';
import { placeDemoOrder } from './order-verbs.ts';
import { Asked, Countdown, Empty, OrderLink, Verb, Who } from './panel-parts.tsx';
import { Busy, Failure, Shape } from './parts.tsx';
import { useWatchedEach, type Watched } from './watched.ts';
import { serviceName } from './words.ts';

type Kind = MakeFault['kind'];

const SECONDS = { least: 1, most: 300, first: 20 } as const;
const DELAY_MS = { least: 1, most: 10_000, first: 2000 } as const;
/** Milliseconds between two questions: a service that was stopped is soon back. */
const EVERY_MS = 2000;

/** Those that an order passes through first. */
const IN_ORDER = ['order', 'inventory', 'payment', 'product', 'user'] as const satisfies ServiceName[];

/** Services that were stopped from this page, which cannot say so themselves. */
const stops = signal<ReadonlyMap<ServiceName, Fault>>(new Map());

/** Breaks the embedded shop on purpose, for a while, to see it heal. */
export function FaultsPanel() {
  if (session.value?.embedded !== true) return <section class="panel"><h2 tabIndex={-1}>Break it</h2><p class="nothing">Faults are made in the embedded shop only, which <code>npm start</code> starts: this console looks at a real one.</p></section>;
  return <Breaking />;
}

function Breaking() {
  const each = useWatchedEach<ServiceName, Faults>('faults', SERVICES, (service, ending) => askService(service, '/ops/faults', { signal: ending }), { everyMs: () => EVERY_MS });
  const [seconds, setSeconds] = useState<number>(SECONDS.first);
  const secondsId = useId();
  return (
    <section class="panel" aria-labelledby="panel-title">
      <h2 id="panel-title" tabIndex={-1}>Break it</h2>
      <p class="quiet">Each fault ends by itself. Nothing is lost for good: afterwards all orders end as they would have, or are undone.</p>
      <Active each={each} />
      <p class="seconds"><label for={secondsId}>Each fault lasts</label> <input id={secondsId} type="number" min={SECONDS.least} max={SECONDS.most} value={seconds} onChange={(event) => setSeconds(within(event.currentTarget.valueAsNumber, SECONDS))} /> seconds</p>
      <DemoOrders />
      {IN_ORDER.map((service) => <ServiceFaults key={service} service={service} faults={each[service]} seconds={seconds} />)}
    </section>
  );
}

const DEMOS: readonly { readonly kind: DemoKind; readonly text: string }[] = [
  { kind: 'completes', text: 'that completes' },
  { kind: 'out_of_stock', text: 'for more than there is' },
  { kind: 'declined', text: 'with a declined card' },
];

/** Orders to watch the faults by: without one, a fault shows nothing. */
function DemoOrders() {
  const [placing, setPlacing] = useState<DemoKind | null>(null);
  const [answer, setAnswer] = useState<Answer<DemoOrder> | null>(null);
  const order = async (kind: DemoKind) => {
    setPlacing(kind);
    setAnswer(await placeDemoOrder(kind));
    setPlacing(null);
  };
  return (
    <section class="demo-orders" aria-labelledby="demo-orders">
      <h3 id="demo-orders">Place a demo order</h3>
      <div class="verbs">
        {DEMOS.map(({ kind, text }) => <Verb key={kind} isBusy={placing === kind} cannot={placing === null ? null : 'another one is being placed'} onDo={() => void order(kind)} {...(kind === 'completes' && { keys: 'o' })}>{text}</Verb>)}
      </div>
      <p role="status">{answer?.ok === true && <>Placed. <OrderLink id={answer.value.orderId} label="Watch it" /></>}</p>
      {answer?.ok === false && <Failure problem={answer.problem} />}
    </section>
  );
}

function within(value: number, { least, most, first }: { readonly least: number; readonly most: number; readonly first: number }): number {
  return Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : first;
}

/** A stop that is not over by the page's clock. */
function stopOf(service: ServiceName): Fault | undefined {
  const stop = stops.value.get(service);
  return stop !== undefined && Date.parse(stop.until) > clock.value ? stop : undefined;
}

function Active({ each }: { readonly each: Readonly<Record<ServiceName, Watched<Faults>>> }) {
  const active = SERVICES.flatMap((service) => {
    const { value, problem, reload } = each[service];
    const stop = stopOf(service);
    const known = (problem === null ? (value?.items ?? []) : []).filter(({ id }) => id !== stop?.id);
    return [...(stop === undefined ? [] : [stop]), ...known].filter(({ until }) => Date.parse(until) > clock.value).map((fault) => ({ service, fault, reload }));
  });
  if (active.length === 0) return <Empty>Nothing is broken on purpose now.</Empty>;
  return <ul class="rows active-faults" aria-label="Faults now">{active.map(({ service, fault, reload }) => <ActiveFault key={fault.id} service={service} fault={fault} reload={reload} />)}</ul>;
}

function ActiveFault({ service, fault, reload }: { readonly service: ServiceName; readonly fault: Fault; readonly reload: () => void }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const end = async () => {
    const answer: Answer<null> = await askService(service, `/ops/faults/${fault.id}`, { method: 'DELETE' });
    setProblem(answer.ok || answer.problem.status === 404 ? null : answer.problem);
    reload();
  };
  return (
    <li class="fault" data-row>
      <p><Shape name="failed" /> <strong>{serviceName(service)}</strong> {faultText(fault)}; ends <Countdown to={fault.until} /> <span class="quiet">by <Who id={fault.madeBy} /></span></p>
      {fault.kind === 'stop' ? <span class="quiet">comes back by itself</span> : <Verb kind="small" keys="e" onDo={() => void end()} about={`: ${serviceName(service)} ${faultText(fault)}`}>End now</Verb>}
      {problem !== null && <Failure problem={problem} />}
    </li>
  );
}

interface ServiceFaultsProps {
  readonly service: ServiceName;
  readonly faults: Watched<Faults>;
  readonly seconds: number;
}

function ServiceFaults({ service, faults, seconds }: ServiceFaultsProps) {
  const [topic, setTopic] = useState(TOPICS_READ[service][0] ?? '');
  const [delayMs, setDelayMs] = useState<number>(DELAY_MS.first);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [making, setMaking] = useState<Kind | null>(null);
  const stopped = stopOf(service);
  const name = serviceName(service);
  const make = async (kind: Kind) => {
    setMaking(kind);
    const answer = await askService<Fault>(service, '/ops/faults', { method: 'POST', body: faultOf(kind, { topic, delayMs, seconds }) });
    setMaking(null);
    setProblem(answer.ok ? null : answer.problem);
    if (answer.ok && kind === 'stop') stops.value = new Map(stops.value).set(service, answer.value);
    faults.reload();
  };
  const cannot = stopped !== undefined ? 'it is stopped now' : faults.value?.possible === false ? 'this service was not started for that' : null;
  const hasTopics = TOPICS_READ[service].length > 0;
  const button = (kind: Kind) => (
    <li key={kind}>
      <Verb kind="small" isBusy={making === kind} cannot={cannot} onDo={() => void make(kind)} about={`: ${name}`}>{verbOf(kind)}</Verb>
      <span class="quiet">{consequenceOf(kind, name)}</span>
    </li>
  );
  return (
    <section class="of-service break" aria-label={`Break ${name}`}>
      <h3>{name}</h3>
      {stopped === undefined ? <Asked of={faults} who={name} /> : <Busy label={`${name} is stopped, and comes back by itself`} />}
      <ul class="breaks">{kindsOf(service).filter((kind) => kind === 'stop' || kind === 'decline').map(button)}</ul>
      {hasTopics && (
        <fieldset>
          <legend>Messages that it reads</legend>
          <p class="break-which">
            <label>Topic <select value={topic} onChange={(event) => setTopic(event.currentTarget.value)}>{TOPICS_READ[service].map((each) => <option key={each} value={each}>{each}</option>)}</select></label>
            <label>Delay <input type="number" min={DELAY_MS.least} max={DELAY_MS.most} step={100} value={delayMs} onChange={(event) => setDelayMs(within(event.currentTarget.valueAsNumber, DELAY_MS))} /> ms</label>
          </p>
          <ul class="breaks">{(['lose', 'double', 'delay'] as const).map(button)}</ul>
        </fieldset>
      )}
      {problem !== null && <Failure problem={problem} />}
    </section>
  );
}

function faultOf(kind: Kind, { topic, delayMs, seconds }: { readonly topic: string; readonly delayMs: number; readonly seconds: number }): MakeFault {
  switch (kind) {
    case 'stop':
    case 'decline':
      return { kind, seconds };
    case 'lose':
    case 'double':
      return { kind, topic, seconds };
    case 'delay':
      return { kind, topic, delayMs, seconds };
    default:
      return kind satisfies never;
  }
}
