import { tellSecurity } from '@souk/chassis/web/app/request-facts';
import { fieldsRefused, invalid, type Problem, problem } from '@souk/chassis/web/problems/problem';
import type { TObject } from '@sinclair/typebox';
import type { PasswordFault } from '../passwords/judge-password.ts';
import type { Proof } from '../usecases/prove-identity.ts';

/** The request schema with the shop's own minimum for this password, so that the API document states it. `characters`: code points. */
export function withPasswordMin<Body extends TObject>(body: Body, field: keyof Body['properties'] & string, characters: number): Body {
  const password = { ...body.properties[field], minLength: characters };
  return { ...body, properties: { ...body.properties, [field]: password } };
}

export function passwordRefused(pointer: string, fault: PasswordFault): Problem {
  if (fault === 'unchanged') return invalid(pointer, 'must differ from the present password');
  if (fault === 'personal') return invalid(pointer, "must be made of more than the name, the e-mail address and the shop's name");
  return fieldsRefused('password-common', [{ pointer, detail: 'is among the first that are guessed' }], 'choose another one, for example four words that have nothing to do with each other');
}

/** Too many were wrong. After the wait that it states, another try is allowed. */
export function mustWait(ms: number): Problem {
  const seconds = waitSeconds(ms);
  return problem('too-many-requests', {
    detail: `Too many passwords or codes were wrong: wait ${seconds} s before the next one.`,
    headers: { 'retry-after': String(seconds) },
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

/** Not 401: the access token is valid, and on 401 a client would fetch another one. */
export function passwordWrong(pointer: string): Problem {
  return invalid(pointer, 'is not the password of this account');
}

export function lastAdmin(): Problem {
  return problem('last-admin', { detail: 'Nobody else has the role admin: give it to somebody first.' });
}

/** The caller's token still says admin, the store does not. */
export function noLongerAdmin(): Problem {
  return problem('forbidden', { detail: 'This needs the role admin, which you no longer have.' });
}

export function accountGone(): Problem {
  return problem('not-found', { detail: 'The account of this access token was deleted: sign in with another one.' });
}
