import type { Attack } from './attack.ts';
import type { Target } from './attack-target.ts';
import { rawConnection, rawRequest } from './raw-connection.ts';

const ANSWER_LIMIT_MS = 10_000;
/** A deep body is refused while it is read: a time near a second means that something traversed it. */
const QUICK_MS = 1000;
const UNFINISHED = 540;
const WEBHOOK_TRIES = 20;

/** Nesting depths that fit into the 64 kB that a body may have. */
const DEPTHS = [11, 100, 8000, 32_000];

async function posted(url: string, path: string, body: string, headers: Readonly<Record<string, string>>): Promise<{ readonly status: number | undefined; readonly ms: number }> {
  const askedAt = performance.now();
  const connection = await rawConnection(url);
  try {
    connection.send(rawRequest({ method: 'POST', path, body, headers }));
    return { status: await connection.status(ANSWER_LIMIT_MS), ms: performance.now() - askedAt };
  } finally {
    connection.destroy();
  }
}

function nested(depth: number): string {
  return `{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

/** Routes that take a body, at least one of each service: without a token, or with that of a customer or of staff. */
function doors({ urls, customer, staff }: Target): readonly (readonly [url: string, path: string, token: string | undefined])[] {
  return [
    [urls.user, '/sessions', undefined],
    [urls.user, '/users', undefined],
    [urls.order, '/orders', customer.token],
    [urls.payment, '/payment-methods', customer.token],
    [urls.product, '/products', staff],
    [urls.inventory, '/warehouses', staff],
  ];
}

async function deepBodies(target: Target): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [url, path, token] of doors(target)) {
    for (const depth of DEPTHS) {
      const headers = { 'idempotency-key': crypto.randomUUID(), ...(token !== undefined && { authorization: `Bearer ${token}` }) };
      const { status, ms } = await posted(url, path, nested(depth), headers);
      if (status !== 422) wrong.push(`POST ${path} with a body nested ${depth} deep: ${status ?? 'no answer'}, not 422`);
      else if (ms > QUICK_MS) wrong.push(`POST ${path} with a body nested ${depth} deep: 422 after ${Math.round(ms)} ms`);
    }
  }
  return wrong;
}

/** Strangers begin bodies and never finish them; meanwhile a webhook of the gateway arrives. */
async function unfinishedBodies({ urls }: Target): Promise<readonly string[]> {
  const path = '/webhooks/simulator';
  const signature = `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}`;
  const beginning = rawRequest({ method: 'POST', path, headers: { 'souk-signature': signature }, body: '{"id":', saidLength: 60_000 });
  const connections = await Promise.all(Array.from({ length: UNFINISHED }, () => rawConnection(urls.payment)));
  try {
    for (const connection of connections) connection.send(beginning);
    await Bun.sleep(300);
    const statuses = [];
    for (let tries = 0; tries < WEBHOOK_TRIES; tries += 1) {
      const genuine = await fetch(`${urls.payment}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'souk-signature': signature },
        body: '{"id":"a whole one"}',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      await genuine.arrayBuffer();
      statuses.push(genuine.status);
    }
    // 400: the webhook was read, and its signature checked.
    const keptOut = statuses.filter((status) => status !== 400);
    return keptOut.length === 0 ? [] : [`beside ${UNFINISHED} unfinished bodies ${keptOut.length} of ${WEBHOOK_TRIES} webhooks were answered ${keptOut[0]}`];
  } finally {
    for (const connection of connections) connection.destroy();
  }
}

export const BODY_ATTACKS: readonly Attack[] = [
  { row: 'S1', title: 'bodies nested thousands of times', service: 'user', run: deepBodies },
  { row: 'S4', title: 'bodies that are begun and never finished', service: 'payment', run: unfinishedBodies },
];
