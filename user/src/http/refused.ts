import { tellSecurity } from '@souk/chassis/web/app/request-facts';
import { fieldsRefused, invalid, type Problem, problem } from '@souk/chassis/web/problems/problem';
import type { SecondFactorProof } from '@souk/contracts/http/second-factor';
import type { PasswordFault } from '../passwords/judge-password.ts';
import type { Proof } from '../usecases/prove-identity.ts';

export function emailTaken(): Problem {
  return fieldsRefused('email-taken', [{ pointer: '/email', detail: 'is registered already' }], 'sign in, or register another one');
}

export function passwordRefused(pointer: string, fault: PasswordFault): Problem {
  if (fault === 'unchanged') return invalid(pointer, 'must be another one than the present password');
  if (fault === 'personal') return invalid(pointer, "must be made of more than the name, the e-mail address and the shop's name");
  return fieldsRefused('password-common', [{ pointer, detail: 'is among the first that are guessed' }], 'choose another one, for example four words that have nothing to do with each other');
}

/** The same answer for an address nobody has and for a wrong password. */
export function signInRefused(): Problem {
  return problem('invalid-credentials', {
    detail: 'No account has this e-mail address with this password: check both.',
    headers: { 'www-authenticate': 'Bearer realm="souk"' },
  });
}

export function refreshRefused(): Problem {
  return problem('refresh-token-invalid', {
    detail: 'The session of this refresh token has ended, or there never was one: sign in again.',
    headers: { 'www-authenticate': 'Bearer realm="souk"' },
  });
}

/** Not 401: the session is live, and a client that signed in again would have two. */
export function sessionRefreshed(): Problem {
  return problem('session-refreshed', {
    detail: 'This refresh token was replaced a moment ago, and its successor has been used: go on with the newest tokens of this session.',
  });
}

export function refreshedTooOften(ms: number): Problem {
  const seconds = Math.ceil(ms / 1000);
  return problem('too-many-requests', {
    detail: `This session is refreshed too often: use its access token, and wait ${seconds} s before the next refresh.`,
    headers: { 'retry-after': String(seconds) },
  });
}

/** Too many were wrong. After the wait that it states, another try is allowed. */
export function mustWait(ms: number): Problem {
  const seconds = waitSeconds(ms);
  return problem('too-many-requests', {
    detail: `Too many passwords or codes were wrong: wait ${seconds} s before the next one.`,
    headers: { 'retry-after': String(seconds) },
  });
}

/** Too many requests for mail, judged by their number and origin; it does not depend on whose mail it is. */
export function askedTooOften(ms: number): Problem {
  const seconds = Math.ceil(ms / 1000);
  return problem('too-many-requests', {
    detail: `Too many mails were asked for from here: wait ${seconds} s before the next one.`,
    headers: { 'retry-after': String(seconds) },
  });
}

/** The password was right, so its owner may know; somebody who guessed it learns no more than by signing in. */
export function accountDisabled(): Problem {
  return problem('account-disabled', { detail: 'This account is disabled: ask the staff of the shop.' });
}

/** The same answer for a link that is wrong, spent or too old: nobody learns which of them it is. */
export function linkRefused(): Problem {
  return problem('link-invalid', { detail: 'This link was used, is too old, or never was one: ask for another mail.' });
}

/** Seconds in Retry-After: mail has to be configured first, so a client need not come back soon. */
const WITHOUT_MAIL_S = 3600;

export function mailNotConfigured(): Problem {
  return problem('mail-not-configured', {
    detail: 'This shop sends no mail, so it cannot send a link: ask its staff.',
    headers: { 'retry-after': String(WITHOUT_MAIL_S) },
  });
}

export function waitSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

/** The refusal when a signed-in user repeated the password, and it was wrong, or not checked because of a wait. */
export function unproven(request: Request, proof: Exclude<Proof, { readonly kind: 'right' }>, pointer: string): Problem {
  if (proof.kind === 'wait') {
    tellSecurity(request, 'sign_in.throttled', { waitS: waitSeconds(proof.ms) });
    return mustWait(proof.ms);
  }
  tellSecurity(request, 'sign_in.failed', {});
  return passwordWrong(pointer);
}

/** One client address has registered as many accounts as it may within an hour. */
export function tooManyRegistrations(ms: number, perHour: number): Problem {
  const seconds = waitSeconds(ms);
  return problem('too-many-requests', {
    detail: `At most ${perHour} accounts an hour can be registered from one address: wait ${seconds} s before the next one.`,
    headers: { 'retry-after': String(seconds) },
  });
}

export function addressesAddedTooOften(ms: number): Problem {
  const seconds = waitSeconds(ms);
  return problem('too-many-requests', {
    detail: `You have added 100 addresses within a day: change one of those there are, or wait ${seconds} s before the next one.`,
    headers: { 'retry-after': String(seconds) },
  });
}

export function lastAdmin(): Problem {
  return problem('last-admin', { detail: 'Nobody else has the role admin: give it to somebody first.' });
}

/** The caller's token still says admin, the store does not. */
export function noLongerAdmin(): Problem {
  return problem('forbidden', { detail: 'This needs the role admin, and you have it no more.' });
}

export function noSuchUser(): Problem {
  return problem('not-found', { detail: 'There is no such user: GET /users lists those there are.' });
}

export function accountGone(): Problem {
  return problem('not-found', { detail: 'The account of this access token was deleted: sign in with another one.' });
}

/** Not 401: the access token is valid, and on 401 a client would fetch another one. */
export function passwordWrong(pointer: string): Problem {
  return invalid(pointer, 'is not the password of this account');
}

const ALSO_WRONG = 'was used before, or is of another time: wait for the next one, and look at the clock of the authenticator';

/** Reveals that the password was right, so that a user who has both may try again with both. */
export function codeNeeded(): Problem {
  return problem('second-factor-required', {
    detail: 'The account has a second factor: send the same again with /oneTimeCode, or with /recoveryCode.',
    headers: { 'www-authenticate': 'Bearer realm="souk"' },
  });
}

export function signInCodeWrong(): Problem {
  return problem('second-factor-wrong', {
    detail: `The second factor was not proved: the code is wrong, ${ALSO_WRONG}.`,
    headers: { 'www-authenticate': 'Bearer realm="souk"' },
  });
}

/** Not 401: the access token is valid, and on 401 a client would fetch another one. */
export function codeWrong({ recoveryCode }: SecondFactorProof): Problem {
  return recoveryCode === undefined
    ? invalid('/oneTimeCode', `is wrong, ${ALSO_WRONG}`)
    : invalid('/recoveryCode', 'is none of the recovery codes that are left');
}

export function secretUnreadable(): Problem {
  return problem('unavailable', {
    detail: 'Codes cannot be judged right now: use a recovery code, or try again in 60 s.',
    headers: { 'retry-after': '60' },
  });
}

export function noFactor(): Problem {
  return problem('not-found', { detail: 'The account has no second factor: POST /users/me/second-factor begins with one.' });
}
