import { clientAddressOf, factsOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { NoContent, noContent, router } from '@souk/chassis/web/app/router';
import { rateLimit } from '@souk/chassis/web/limits/rate-limit';
import { problem } from '@souk/chassis/web/problems/problem';
import { KnownEmail, KnownPassword } from '@souk/contracts/http/user';
import { closed, secret } from '@souk/contracts/schema';
import type { ServiceName } from '@souk/contracts/services';
import { Type } from '@sinclair/typebox';
import type { Session } from '../session.ts';
import type { OneTimeLinks } from './one-time-links.ts';
import { cookieOf, isByTls, isChange, type Mode, noCookie, type OwnPage, readOnly, secretsIn } from './own-page.ts';
import { type Gate, passedBack } from './pass-on.ts';
import { orProblem } from './services.ts';
import type { signInAtUser } from './sign-in.ts';
import type { ConsoleSession, Sessions } from './sessions.ts';

/** Tries to sign in a minute, of one address. User has limits of its own for wrong passwords. */
const TRIES = 30;

const SignIn = closed({ email: KnownEmail, password: KnownPassword, code: Type.Optional(secret(Type.String({ minLength: 1, maxLength: 60 }))) });
const Once = closed({ token: secret(Type.String({ minLength: 1, maxLength: 200 })) });

interface SessionRouteDeps {
  readonly sessions: Sessions;
  readonly door: ReturnType<typeof signInAtUser>;
  readonly own: OwnPage;
  readonly links: OneTimeLinks;
  readonly shown: { readonly mode: Mode; readonly embedded: boolean; readonly services: () => Readonly<Record<ServiceName, string>> };
}

/** The check that stands before everything that a session is needed for. */
export function gateOf({ sessions, own, mode }: { readonly sessions: Sessions; readonly own: OwnPage; readonly mode: Mode }): Gate {
  return {
    enter(request) {
      if (isChange(request)) own.requireOwnChange(request);
      else own.requireOwn(request);
      const session = sessionOf(sessions, request);
      if (session === undefined) throw problem('unauthenticated', { detail: 'Nobody is signed in here, or the session has ended: sign in.' });
      nameCaller(request, session);
      if (isChange(request) && mode === 'read-only') throw readOnly();
      return session;
    },
  };
}

/** The live session that the request names. */
function sessionOf(sessions: Sessions, request: Request): ConsoleSession | undefined {
  for (const secretOf of secretsIn(request)) {
    const found = sessions.find(secretOf);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** From here on the log says who asks, and the answer is for nobody else. */
function nameCaller(request: Request, { operator: { userId, sessionId, roles } }: ConsoleSession): void {
  factsOf(request).principal = { userId, sessionId, roles, generation: 0 };
}

/** `/session`: who is signed in, signing in and out. */
export function sessionRoutes({ sessions, door, own, links, shown }: SessionRouteDeps) {
  const tries = rateLimit({ name: 'sign-in', perMinute: TRIES });
  const gate = gateOf({ sessions, own, mode: 'write' });

  const represented = ({ operator: { userId, email, roles } }: Pick<ConsoleSession, 'operator'>): Session => ({
    userId,
    email,
    roles,
    mode: shown.mode,
    embedded: shown.embedded,
    services: shown.services(),
  });

  /** Before the body is read: whoever may not try has not to be checked either. */
  function mayTry(request: Request): void {
    own.requireOwnChange(request);
    const { retryAfterS } = tries(clientAddressOf(request));
    if (retryAfterS === undefined) return;
    tellSecurity(request, 'request.throttled', { waitS: retryAfterS });
    throw problem('too-many-requests', { detail: `Too many have tried to sign in from your address: wait ${retryAfterS} s.`, headers: { 'retry-after': String(retryAfterS) } });
  }

  async function opened(request: Request, { tokens, operator }: Parameters<OneTimeLinks['issue']>[0], headers: Record<string, string | number>): Promise<Session> {
    // One browser, one session: what it was signed in with before ends, and no secret that was there before is taken over.
    const old = sessionOf(sessions, request);
    if (old !== undefined) void sessions.end(old);
    headers['set-cookie'] = cookieOf(sessions.open(tokens, operator), isByTls(request));
    headers['cache-control'] = 'no-store';
    nameCaller(request, { operator } as ConsoleSession);
    return represented({ operator });
  }

  return router()
    .get('/session', ({ request }) => represented(gate.enter(request)))
    .post('/session', async ({ body, request, set }) => {
      const answer = await orProblem(door.signIn(body, request));
      switch (answer.kind) {
        case 'signed-in':
          return opened(request, answer, set.headers);
        case 'refused':
          return passedBack(request, 'user', answer.answer);
        case 'not-staff':
          throw answer.because;
        default:
          return answer satisfies never;
      }
    }, { body: SignIn, transform: ({ request }) => mayTry(request) })
    .post('/session/once', async ({ body, request, set }) => {
      const given = links.use(body.token);
      if (given === undefined) throw problem('link-invalid', { detail: 'This link was used, or is older than 15 minutes: sign in with your password.' });
      return opened(request, given, set.headers);
    }, { body: Once, transform: ({ request }) => mayTry(request) })
    .delete('/session', async ({ request, set }) => {
      own.requireOwnChange(request);
      const session = sessionOf(sessions, request);
      if (session !== undefined) await sessions.end(session);
      set.headers['set-cookie'] = noCookie(isByTls(request));
      return noContent();
    }, { response: { 204: NoContent } });
}
