import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { NoContent, noContent, router } from '@souk/chassis/web/app/router';
import { idPages } from '@souk/chassis/web/paging';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { ListQuery } from '@souk/contracts/paging';
import { OpenedSession, RefreshSession, SessionPage, SessionTokens, SignIn } from '@souk/contracts/http/session';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { sessionRepresentation } from '../domain/representations.ts';
import type { Session } from '../domain/session.ts';
import type { UserCommands, UserReads } from '../storage/user-store.ts';
import { endSession, endSessions } from '../usecases/end-access.ts';
import type { refresh, Refreshed } from '../usecases/refresh.ts';
import type { signIn, SigningIn } from '../usecases/sign-in.ts';
import { mustWait, waitSeconds } from './refused.ts';
import { atMostOne, codeNeeded, secretUnreadable, signInCodeWrong } from './second-factor-routes.ts';

interface SessionRouteDeps {
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'liveSessions'>;
  readonly signIn: ReturnType<typeof signIn>;
  readonly refresh: ReturnType<typeof refresh>;
  /** The client address that a request counts for; undefined: addresses are not counted. */
  fromOf(request: Request): string | undefined;
}

const sessions = idPages('sessions');

/** Routes to sign in, to refresh, to list sessions and to sign out. */
export function sessionRoutes(deps: SessionRouteDeps) {
  const { commands, reads, signIn: signingIn, refresh: refreshing, fromOf } = deps;
  return router()
    .post('/sessions', async ({ body, request, set }) => {
      atMostOne(body);
      const answer = await signingIn(body, fromOf(request), causeOf(request));
      if (answer.kind === 'wait') tellSecurity(request, 'sign_in.throttled', { account: answer.account, waitS: waitSeconds(answer.ms) });
      if (answer.kind === 'wrong') tellSecurity(request, 'sign_in.failed', { account: answer.account });
      return shown(signedIn(answer, request), set.headers);
    }, {
      refuses: ['account-disabled', 'invalid-credentials', 'second-factor-required', 'second-factor-wrong', 'too-many-requests'],
      body: SignIn,
      response: { 200: OpenedSession },
      detail: {
        summary: 'Sign in',
        description:
          'An account with a second factor answers 401 `second-factor-required` to the right password alone: send the same again with ' +
          'the code, or with a recovery code. Tries without one count like wrong ones, and are forgotten with the right one.\n\n' +
          'Keep the `deviceToken` of the answer, and send it with the next sign-in from the same device: wrong passwords that others try for this ' +
          'account, or from the same network, do not delay it then. It gives no access, and lives for 400 days from its last sign-in. A new password ' +
          'forgets all but that of the device which set it.',
      },
    })
    .post('/sessions/refresh', async ({ body, request, set }) => {
      const answer = await refreshing(body.refreshToken, causeOf(request));
      if (answer.kind === 'reused') tellSecurity(request, 'session.token_reused', { account: answer.userId, sessionId: answer.sessionId });
      return shown(given(answer), set.headers);
    }, {
      refuses: ['refresh-token-invalid', 'session-refreshed', 'too-many-requests'],
      body: RefreshSession,
      response: { 200: SessionTokens },
      detail: {
        summary: 'New tokens for a refresh token, which is spent by it',
        description:
          'Within 60 s of its own refresh a spent token is a slow twin, and no theft: while the refresh token that replaced it is unused, ' +
          'it is answered with that one again, else with 409 `session-refreshed`, and the session goes on. Later it ends the session (401).',
      },
    })
    .get('/sessions', ({ principal: { userId, sessionId }, query }) => {
      const shownSession = (session: Session) => sessionRepresentation(session, sessionId);
      return sessions(query, shownSession, (slice) => reads.liveSessions(userId, slice));
    }, {
      signedIn: true,
      query: ListQuery,
      response: { 200: SessionPage },
      detail: { summary: "The caller's own sessions that are still open, newest first" },
    })
    .delete('/sessions', async ({ principal, request }) => {
      await commands.execute(endSessions, { userId: principal.userId }, causeOf(request));
      return noContent();
    }, {
      signedIn: true,
      response: { 204: NoContent },
      detail: { summary: 'Sign out everywhere; all services refuse older access tokens within a second' },
    })
    .delete('/sessions/:id', async ({ params, principal, request }) => {
      const asked = { sessionId: params.id, userId: principal.userId };
      if (!(await commands.execute(endSession, asked, causeOf(request)))) throw problem('not-found', { detail: 'You have no such session that is still open: GET /sessions lists yours.' });
      return noContent();
    }, {
      signedIn: true,
      params: Type.Object({ id: Uuid }),
      response: { 204: NoContent },
      detail: { summary: 'Sign out of one session; all services refuse its access tokens within a second' },
    });
}

function signedIn(answer: SigningIn, request: Request): OpenedSession {
  switch (answer.kind) {
    case 'signed-in': {
      const { userId: account, recoveryCodesLeft: left } = answer;
      if (left !== null) tellSecurity(request, 'recovery_code.used', { account, left });
      return answer.tokens;
    }
    case 'wait':
      throw mustWait(answer.ms);
    case 'wrong':
      throw signInRefused();
    case 'disabled':
      throw accountDisabled();
    case 'code-needed':
      throw codeNeeded();
    case 'code-wrong':
      tellSecurity(request, 'factor.failed', { account: answer.userId });
      throw signInCodeWrong();
    case 'secret-unreadable':
      throw secretUnreadable();
    default:
      return answer satisfies never;
  }
}

function given(answer: Refreshed): SessionTokens {
  switch (answer.kind) {
    case 'refreshed':
      return answer.tokens;
    case 'overtaken':
      throw sessionRefreshed();
    case 'too-often':
      throw refreshedTooOften(answer.waitMs);
    case 'reused':
    case 'refused':
      throw refreshRefused();
    default:
      return answer satisfies never;
  }
}

/** Tokens must not stay in any cache (RFC 6749, 5.1). */
function shown<Tokens extends SessionTokens>(tokens: Tokens, headers: Record<string, string | number>): Tokens {
  headers['cache-control'] = 'no-store';
  return tokens;
}

/** The same answer for an address nobody has and for a wrong password. */
function signInRefused(): Problem {
  return problem('invalid-credentials', {
    detail: 'No account has this e-mail address with this password: check both.',
    headers: { 'www-authenticate': 'Bearer realm="souk"' },
  });
}

/** The password was right, so its owner may know; somebody who guessed it learns no more than by signing in. */
function accountDisabled(): Problem {
  return problem('account-disabled', { detail: 'This account is disabled: ask the staff of the shop.' });
}

function refreshRefused(): Problem {
  return problem('refresh-token-invalid', {
    detail: 'The session of this refresh token has ended, or there never was one: sign in again.',
    headers: { 'www-authenticate': 'Bearer realm="souk"' },
  });
}

/** Not 401: the session is live, and a client that signed in again would have two. */
function sessionRefreshed(): Problem {
  return problem('session-refreshed', {
    detail: 'This refresh token was replaced a moment ago, and its successor has been used: go on with the newest tokens of this session.',
  });
}

function refreshedTooOften(ms: number): Problem {
  const seconds = Math.ceil(ms / 1000);
  return problem('too-many-requests', {
    detail: `This session is refreshed too often: use its access token, and wait ${seconds} s before the next refresh.`,
    headers: { 'retry-after': String(seconds) },
  });
}
