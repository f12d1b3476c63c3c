import { Value } from '@sinclair/typebox/value';
import { factsOf } from '@souk/chassis/web/app/request-facts';
import { hasRole } from '@souk/chassis/web/sign-in/principal';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { AccessTokenClaims } from '@souk/contracts/access-token';
import type { SessionTokens } from '@souk/contracts/http/session';
import { forwardedFor } from './own-page.ts';
import { bodyAtMost, jsonIn, ServiceAwayError, type Services } from './services.ts';
import { type Operator, SessionOverError, type Tokens } from './sessions.ts';

/** Bytes of an answer of User about a session. */
const ANSWER_LIMIT = 64 * 1024;

export interface SignInFields {
  readonly email: string;
  readonly password: string;
  /** Of the second factor: six digits, or a recovery code. */
  readonly code?: string | undefined;
}

export type SignedIn =
  | { readonly kind: 'signed-in'; readonly tokens: Tokens; readonly operator: Operator }
  /** The answer of User, to be passed on. */
  | { readonly kind: 'refused'; readonly answer: Response }
  | { readonly kind: 'not-staff'; readonly because: Problem };

const ONE_TIME_CODE = /^\d{3} ?\d{3}$/;

/** Signing in, refreshing and signing out at User. */
export function signInAtUser(services: Pick<Services, 'ask'>) {
  async function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return services.ask({ service: 'user', path, method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  }

  async function signOut(accessToken: string, { sessionId }: Pick<Operator, 'sessionId'>): Promise<boolean> {
    try {
      const path = `/sessions/${sessionId}`;
      const answer = await services.ask({ service: 'user', path, method: 'DELETE', headers: { authorization: `Bearer ${accessToken}` } });
      await answer.body?.cancel();
      return answer.status !== 401;
    } catch {
      // It has been reported; the session at User ends by itself when nobody refreshes it.
      return true;
    }
  }

  /** Refreshed tokens have the roles of now. Whoever has lost that of staff would go on with what the console itself shows and stops. */
  async function ofStaff(tokens: SessionTokens): Promise<Tokens> {
    const operator = operatorOf(tokens, '');
    if (refusalOf(tokens, operator) === undefined) return tokens;
    await signOut(tokens.accessToken, operator);
    throw new SessionOverError();
  }

  return {
    /** Throws ServiceAwayError. */
    async signIn({ email, password, code }: SignInFields, request: Request): Promise<SignedIn> {
      const factor = code === undefined ? {} : ONE_TIME_CODE.test(code.trim()) ? { oneTimeCode: code.trim() } : { recoveryCode: code };
      const from = forwardedFor(request);
      const headers = { 'x-request-id': factsOf(request).requestId, ...(from !== undefined && { 'x-forwarded-for': from }) };
      const answer = await post('/sessions', { email, password, ...factor }, headers);
      if (!answer.ok) return { kind: 'refused', answer };
      const given = await tokensOf(answer);
      const operator = operatorOf(given, email);
      const because = refusalOf(given, operator);
      if (because === undefined) return { kind: 'signed-in', tokens: given, operator };
      await signOut(given.accessToken, operator);
      return { kind: 'not-staff', because };
    },
    /** Throws SessionOverError when User does not accept the token or the operator is not staff any more, and ServiceAwayError for other refusals. */
    async refresh(refreshToken: string): Promise<Tokens> {
      const answer = await post('/sessions/refresh', { refreshToken });
      if (answer.ok) return ofStaff(await tokensOf(answer));
      await answer.body?.cancel();
      if (answer.status === 401 || answer.status === 403 || answer.status === 409) throw new SessionOverError();
      throw new ServiceAwayError('user', { cause: new Error(`User answered ${answer.status} instead of a new token`) });
    },
    signOut,
  };
}

async function tokensOf(answer: Response): Promise<SessionTokens> {
  const body = await bodyAtMost('user', answer, ANSWER_LIMIT);
  const value = body && jsonIn(body);
  if (!hasTokens(value)) throw new Error('the answer of User holds no tokens');
  return value;
}

/** User may add fields in a later version. */
function hasTokens(value: unknown): value is SessionTokens {
  return (
    typeof value === 'object' &&
    value !== null &&
    'accessToken' in value &&
    typeof value.accessToken === 'string' &&
    'refreshToken' in value &&
    typeof value.refreshToken === 'string' &&
    'expiresIn' in value &&
    typeof value.expiresIn === 'number'
  );
}

/** The one whom a token of User names. It is not verified: it came from User itself, and every service verifies it. */
export function operatorOf({ accessToken }: Pick<Tokens, 'accessToken'>, email: string): Operator {
  const claims: unknown = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
  if (!Value.Check(AccessTokenClaims, claims)) throw new Error('the access token of User has other claims than agreed');
  return { userId: claims.sub, email, roles: claims.roles, sessionId: claims.sid };
}

/** undefined: may use the console. */
function refusalOf({ passwordChangeRequired, secondFactorRequired }: SessionTokens, operator: Operator): Problem | undefined {
  if (passwordChangeRequired === true) return notStaff('Change the password first (PUT /users/me/password of User): until then the account has no rights of staff.');
  if (secondFactorRequired === true) return notStaff('Set up a second factor first (POST /users/me/second-factor of User): until then the account has no rights of staff.');
  return hasRole(operator, 'staff') ? undefined : notStaff('The console is for staff: ask an admin for the role.');
}

function notStaff(detail: string): Problem {
  return problem('forbidden', { detail });
}
