import { invalid, type Problem, problem } from '@souk/chassis/http/problem';
import type { PasswordFault } from '../passwords/judge-password.ts';

export function emailTaken(): Problem {
  return problem('email-taken', { errors: [{ pointer: '/email', detail: 'is registered already' }] });
}

export function passwordRefused(pointer: string, fault: PasswordFault): Problem {
  if (fault === 'personal') return invalid(pointer, 'must be neither the e-mail address nor the name');
  return problem('password-common', { errors: [{ pointer, detail: 'is among the first that are guessed' }] });
}

/** One answer for an address nobody has and for a wrong password. */
export function signInRefused(): Problem {
  return problem('invalid-credentials', { headers: { 'www-authenticate': 'Bearer realm="souk"' } });
}

export function refreshRefused(): Problem {
  return problem('refresh-token-invalid', { headers: { 'www-authenticate': 'Bearer realm="souk"' } });
}

/** Too many were wrong. Whoever waits as long as it says is let try again. */
export function mustWait(ms: number): Problem {
  return problem('too-many-requests', { headers: { 'retry-after': String(Math.ceil(ms / 1000)) } });
}

/** Not 401: the access token is good, and a client that meets 401 would fetch another one. */
export function passwordWrong(pointer: string): Problem {
  return invalid(pointer, 'is not the password of this account');
}
