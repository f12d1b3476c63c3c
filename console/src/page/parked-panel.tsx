import type { ParkedKeyStatus } from '@souk/contracts/http/ops';
import type { Page } from '@souk/contracts/paging';
import type { Problem } from '@souk/contracts/problem';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { useState } from 'preact/hooks';
import { type Answer, askService, isGone } from './api.ts';
import { readAll } from './counts.ts';
import { AskedOfAll, count, Countdown, Empty, hasNothing, Key, Said, Verb } from './panel-parts.tsx';
import { Failure, shortId, Time } from './parts.tsx';
import { useWatchedEach } from './watched.ts';
import { serviceName } from './words.ts';

/** Keys of one service that are shown at first, that are added, and at most. */
const KEYS_SHOWN = 20;
const KEYS_SHOWN_MOST = 100;

/** Keys whose messages are tried again later. */
export function ParkedPanel() {
  const [limit, setLimit] = useState(KEYS_SHOWN);
  const each = useWatchedEach<ServiceName, Page<ParkedKeyStatus>>(`parked ${limit}`, SERVICES, (service, signal) => askService(service, '/ops/parked', { query: { limit }, signal }), {
    concerns: ({ name }) => name.endsWith('.dead_letter'),
  });
  const isMore = SERVICES.some((service) => (each[service].value?.nextCursor ?? null) !== null);
  return (
    <section class="panel" aria-labelledby="panel-title">
      <h2 id="panel-title" tabIndex={-1}>Parked keys</h2>
      <p class="quiet">A message that failed for a passing reason waits here, and is tried again by itself, later each time. Whatever comes under the same key waits behind it; all other keys go on.</p>
      <AskedOfAll each={each} />
      {hasNothing(each, ({ items }) => items.length) && <Empty>No key is parked: nothing waits for another try.</Empty>}
      {SERVICES.map((service) => {
        const { value, reload } = each[service];
        return value !== undefined && value.items.length > 0 && (
          <section key={service} class="of-service" aria-labelledby={`parked-at-${service}`}>
            <h3 id={`parked-at-${service}`}>{serviceName(service)} <span class="quiet">{count(value.items.length, 'key')}{value.nextCursor !== null && ', and more'}</span></h3>
            <ul class="rows">{value.items.map((parked) => <ParkedKey key={parked.key} service={service} parked={parked} reload={reload} />)}</ul>
          </section>
        );
      })}
      {isMore && (limit < KEYS_SHOWN_MOST ? <button type="button" class="more" onClick={() => setLimit(KEYS_SHOWN_MOST)}>More keys</button> : <p class="quiet">The first {KEYS_SHOWN_MOST} keys of each service are shown.</p>)}
    </section>
  );
}

interface ParkedKeyProps {
  readonly service: ServiceName;
  readonly parked: ParkedKeyStatus;
  readonly reload: () => void;
}

function ParkedKey({ service, parked: { key, messages, more }, reload }: ParkedKeyProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [first] = messages;
  const retry = async () => {
    setBusy(true);
    const answer: Answer<null> = await askService(service, `/ops/parked/${encodeURIComponent(key)}/retry`, { method: 'POST' });
    setBusy(false);
    // It may have been handled by itself meanwhile.
    setProblem(answer.ok || isGone(answer.problem) ? null : answer.problem);
    reload();
    void readAll();
  };
  return (
    <li class="parked" data-row>
      <p class="letter-what"><span class="quiet">key</span> <Key of={key} topic={first?.topic ?? ''} /></p>
      <Verb kind="small" keys="r" isBusy={isBusy} onDo={() => void retry()} about={`the messages of key ${shortId(key)}`}>Try now</Verb>
      <ul class="parked-messages">
        {messages.map((message) => (
          <li key={message.position}>
            <p><code>{message.topic}</code> <span class="quiet">{count(message.attempts, 'attempt')}, last <Time at={message.lastFailedAt} />;</span> next <Countdown to={message.nextAttemptAt} /></p>
            <p class="quiet"><Said isShort>{message.cause}</Said></p>
          </li>
        ))}
      </ul>
      {more && <p class="quiet whole">More messages wait behind these.</p>}
      {problem !== null && <Failure problem={problem} />}
    </li>
  );
}
