import { join } from 'node:path';
import { createLogger } from '@souk/chassis/telemetry/logging';
import { createMetrics } from '@souk/chassis/telemetry/metrics';
import { recordedLog } from '@souk/chassis/testing/recorded-log';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { checkedFetch } from '@souk/chassis/testing/checked-fetch';
import type { SessionTokens } from '@souk/contracts/http/session';
import type { User } from '@souk/contracts/http/user';
import type { UserConfig } from '../src/config.ts';
import type { MailPort } from '../src/mail/mail-port.ts';
import { createUserService } from '../src/service.ts';
import { openSqliteUserStore } from '../src/storage/open-sqlite.ts';

export const ISSUER = 'souk-test';
export const AUDIENCE = 'souk-test-services';
export const PASSWORD = 'correct horse battery';
export const ADMIN = { email: 'root@example.com', password: 'a password for the first admin' };

export interface Reply<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface RequestOptions {
  /** an access token */
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RunOptions extends Partial<Pick<UserConfig, 'port' | 'instance' | 'admin' | 'signingKey' | 'rateLimit' | 'trustedProxies' | 'staffSecondFactor' | 'freshSecondFactorS' | 'secondFactorKeys' | 'registrationsPerHour' | 'passwordMin' | 'sessionsPerUser' | 'addressesPerUser'>> {
  /** of another run, which must be closed by whoever made it; default: a new one */
  readonly folder?: TemporaryFolder;
  /** default: nobody takes mails */
  readonly mail?: MailPort;
}

/** The service with a port of its own, asked without a socket by all but `overSocket`. `instance` names another process on the same files. */
export async function runUsers({ folder, mail, ...config }: RunOptions = {}) {
  const home = folder ?? temporaryFolder();
  const store = openSqliteUserStore({ path: join(home.path, 'user.db'), synchronous: 'NORMAL' });
  await store.migrate();
  const log = recordedLog();
  const logged: string[] = [];
  const service = createUserService({
    config: {
      host: '127.0.0.1',
      paceMs: 1, shutdownDelayMs: 0,
      port: 0,
      issuer: ISSUER,
      audience: AUDIENCE,
      instance: 'user-test',
      tokenLifetimeMs: 300_000,
      passwordMin: 12,
      registrationsPerHour: 20,
      sessionsPerUser: 50,
      addressesPerUser: 20,
      signingKey: undefined,
      staffSecondFactor: 'off',
      freshSecondFactorS: 0,
      secondFactorKeys: undefined,
      admin: { ...ADMIN, mustChangePassword: false },
      mail: { shopName: 'Souk', shopUrl: undefined, mailFrom: undefined, smtp: undefined },
      ...config,
    },
    store,
    mail,
    log,
    logger: createLogger({ service: 'user', level: 'trace', destination: { write: (line) => void logged.push(line) } }),
    metrics: createMetrics({ service: 'user', ownsProcess: false }),
  });
  const { url } = await service.start();
  const fetchChecked = checkedFetch(service);

  async function stop(): Promise<void> {
    await service.close();
    await store.close();
  }

  return {
    folder: home,
    url,
    store,
    log,
    logged,
    keys: service.keys,
    lost: service.lost,
    ...clientOf((path, init) => fetchChecked(new Request(`${url}${path}`, init), '127.0.0.1')),
    /** The same requests over sockets, for what depends on these. */
    overSocket: clientOf((path, init) => fetch(`${url}${path}`, init)),
    stop,
    async close() {
      await stop();
      if (folder === undefined) home.remove();
    },
  };
}

export type RunningUsers = Awaited<ReturnType<typeof runUsers>>;

function clientOf(ask: (path: string, init: RequestInit) => Promise<Response>) {
  /** `body` is sent as JSON, text as it is. */
  async function send<Body = unknown>(
    method: string,
    path: string,
    { as, body, headers = {} }: RequestOptions = {},
  ): Promise<Reply<Body>> {
    const response = await ask(path, {
      method,
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }

  async function register(email = newEmail(), password = PASSWORD): Promise<User> {
    return expecting(201, await send<User>('POST', '/users', { body: { email, password, name: 'Ada' } }));
  }

  async function signIn(email: string, password = PASSWORD): Promise<SessionTokens> {
    return expecting(200, await send<SessionTokens>('POST', '/sessions', { body: { email, password } }));
  }

  return {
    send,
    register,
    signIn,
    refresh: (refreshToken: string) => send<SessionTokens>('POST', '/sessions/refresh', { body: { refreshToken } }),
    /** A new user with one session. */
    async signedIn() {
      const user = await register();
      return { user, tokens: await signIn(user.email) };
    },
    signInAdmin: () => signIn(ADMIN.email, ADMIN.password),
  };
}

function expecting<Body>(status: number, reply: Reply<Body>): Body {
  if (reply.status !== status) throw new Error(`${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply.body;
}

let emails = 0;

export function newEmail(): string {
  emails += 1;
  return `ada-${emails}@example.com`;
}
