import { type ServiceName, SERVICES } from '@souk/contracts/services';
import type { Role } from '@souk/contracts/access-token';

export const STAFF = { email: 'staff@example.com', password: 'correct horse battery' };
export const CUSTOMER = { email: 'anna@example.com', password: 'correct horse battery' };

/** A request as a service has received it. */
export interface Received {
  readonly service: ServiceName;
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly headers: Headers;
  readonly body: string;
}

type Answer = (received: Received) => Response | undefined | Promise<Response | undefined>;

export interface StandInShop {
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly received: Received[];
  /** Answers before anything else does. */
  answer(with_: Answer): void;
  /** From now on no access token that was issued is accepted, until it is refreshed. */
  expireTokens(): void;
  /** From now on no refresh token is accepted either. */
  endSessions(): void;
  /** Takes the role of staff away: access tokens are refused, and a refreshed one is a customer's. */
  demote(): void;
  readonly signedOut: string[];
  readonly refreshes: number;
  /** Every token that was ever issued. */
  readonly issued: string[];
  /** The commits of a service, as its stream tells them. */
  commit(service: ServiceName, count?: number): void;
  /** Breaks all streams of a service, and refuses new ones while it is away. */
  cut(service: ServiceName): void;
  away(service: ServiceName, isAway: boolean): void;
  /** The service keeps its connections and says nothing more. */
  freeze(service: ServiceName): void;
  readonly streams: () => number;
  stop(): Promise<void>;
}

interface Options {
  readonly tokenLifeS?: number;
  readonly roles?: readonly Role[];
}

/** Stands in for the five services: sign-in as User does it, streams of commits, and whatever a test answers. */
export function standInShop({ tokenLifeS = 900 }: Options = {}): StandInShop {
  const received: Received[] = [];
  const issued: string[] = [];
  const valid = new Set<string>();
  const refreshable = new Map<string, { email: string; sessionId: string }>();
  const signedOut: string[] = [];
  let refreshes = 0;
  let isDemoted = false;
  let answering: Answer = () => undefined;
  const ids = { [STAFF.email]: Bun.randomUUIDv7(), [CUSTOMER.email]: Bun.randomUUIDv7() } as Record<string, string>;

  function tokensFor(email: string, sessionId: string) {
    const roles = email === STAFF.email && !isDemoted ? ['customer', 'staff'] : ['customer'];
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: 'souk', aud: 'souk', sub: ids[email], sid: sessionId, jti: Bun.randomUUIDv7(), iat, exp: iat + tokenLifeS, roles };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const accessToken = `${part({ alg: 'EdDSA', typ: 'at+jwt' })}.${part(claims)}.${Bun.randomUUIDv7()}`;
    const refreshToken = `refresh-${Bun.randomUUIDv7()}`;
    valid.add(accessToken);
    issued.push(accessToken, refreshToken);
    refreshable.set(refreshToken, { email, sessionId });
    return { accessToken, refreshToken, expiresIn: tokenLifeS, tokenType: 'Bearer', deviceToken: 'device' };
  }

  const refusal = (status: number, code: string) =>
    Response.json({ type: `urn:souk:problem:${code}`, title: code, status, detail: `${code}.`, requestId: 'r' }, { status, headers: { 'content-type': 'application/problem+json' } });

  function asUser({ method, path, body, headers }: Received): Response | undefined {
    if (method === 'POST' && path === '/sessions') {
      const { email, password, oneTimeCode } = JSON.parse(body) as { email: string; password: string; oneTimeCode?: string };
      if (ids[email] === undefined || password !== STAFF.password) return refusal(401, 'invalid-credentials');
      if (oneTimeCode === '000000') return refusal(401, 'second-factor-wrong');
      return Response.json(tokensFor(email, Bun.randomUUIDv7()));
    }
    if (method === 'POST' && path === '/sessions/refresh') {
      refreshes += 1;
      const { refreshToken } = JSON.parse(body) as { refreshToken: string };
      const known = refreshable.get(refreshToken);
      refreshable.delete(refreshToken);
      return known === undefined ? refusal(401, 'refresh-token-invalid') : Response.json(tokensFor(known.email, known.sessionId));
    }
    if (method === 'DELETE' && path.startsWith('/sessions/')) {
      if (!valid.has(headers.get('authorization')?.slice('Bearer '.length) ?? '')) return refusal(401, 'unauthenticated');
      signedOut.push(path.slice('/sessions/'.length));
      return new Response(null, { status: 204 });
    }
    return undefined;
  }

  const streams = Object.fromEntries(SERVICES.map((service) => [service, commitStream(service)])) as Record<ServiceName, CommitStream>;

  const servers = SERVICES.map((service) =>
    Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      idleTimeout: 0,
      async fetch(request, server) {
        const { pathname: path, search } = new URL(request.url);
        const one: Received = { service, method: request.method, path, search, headers: request.headers, body: await request.text() };
        received.push(one);
        const given = await answering(one);
        if (given !== undefined) return given;
        const mine = service === 'user' ? asUser(one) : undefined;
        if (mine !== undefined) return mine;
        if (!valid.has(one.headers.get('authorization')?.slice('Bearer '.length) ?? '')) return refusal(401, 'unauthenticated');
        if (path === '/ops/stream') {
          server.timeout(request, 0);
          return streams[service].open(one.headers.get('last-event-id'));
        }
        return Response.json({ service, path, search, method: one.method });
      },
    }),
  );

  return {
    urls: Object.fromEntries(SERVICES.map((service, at) => [service, `http://127.0.0.1:${servers[at]?.port}`])) as Record<ServiceName, string>,
    received,
    answer: (with_) => void (answering = with_),
    expireTokens: () => valid.clear(),
    endSessions() {
      valid.clear();
      refreshable.clear();
      for (const stream of Object.values(streams)) stream.cut();
    },
    demote() {
      isDemoted = true;
      valid.clear();
    },
    signedOut,
    get refreshes() {
      return refreshes;
    },
    issued,
    commit: (service, count = 1) => streams[service].commit(count),
    cut: (service) => streams[service].cut(),
    away: (service, isAway) => streams[service].away(isAway),
    freeze: (service) => streams[service].freeze(),
    streams: () => SERVICES.reduce((sum, service) => sum + streams[service].readers(), 0),
    async stop() {
      await Promise.all(servers.map((server) => server.stop(true)));
    },
  };
}

interface CommitStream {
  open(lastEventId: string | null): Response;
  commit(count: number): void;
  cut(): void;
  away(isAway: boolean): void;
  freeze(): void;
  readers(): number;
}

/** As `/ops/stream`: `open`, then what was committed after `Last-Event-ID`; a position is `lane:seq`. */
function commitStream(service: ServiceName): CommitStream {
  let seq = 0;
  let isAway = false;
  let isFrozen = false;
  const readers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const encoder = new TextEncoder();
  const lane = `${service}-1`;
  const sent = (name: string, id: string, data: object) => encoder.encode(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  const committed = (from: number, to: number) =>
    sent('committed', `${lane}:${to}`, { service, entries: Array.from({ length: to - from }, (_, at) => ({ lane, seq: from + at + 1 })), skipped: 0 });
  setInterval(() => {
    if (!isFrozen) for (const reader of readers) reader.enqueue(encoder.encode(': \n\n'));
  }, 1000).unref();
  return {
    open(lastEventId) {
      if (isAway) return new Response('away', { status: 503 });
      let own: ReadableStreamDefaultController<Uint8Array> | undefined;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller;
          readers.add(controller);
          const after = lastEventId === null ? seq : Number(lastEventId.split(':')[1]);
          controller.enqueue(sent('open', `${lane}:${after}`, { service, at: new Date().toISOString(), missed: false }));
          if (after < seq) controller.enqueue(committed(after, seq));
        },
        cancel() {
          if (own !== undefined) readers.delete(own);
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
    },
    commit(count) {
      const before = seq;
      seq += count;
      for (const reader of readers) reader.enqueue(committed(before, seq));
    },
    cut() {
      for (const reader of readers) reader.close();
      readers.clear();
    },
    away: (now) => void (isAway = now),
    freeze: () => void (isFrozen = true),
    readers: () => readers.size,
  };
}
