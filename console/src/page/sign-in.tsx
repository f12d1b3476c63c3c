import { useSignal } from '@preact/signals';
import type { Problem } from '@souk/contracts/problem';
import { useEffect, useRef } from 'preact/hooks';
import type { Session } from '../session.ts';
import { ask } from './api.ts';
import { session } from './live.ts';
import { Shape } from './parts.tsx';

const CODE_PROBLEMS: readonly string[] = ['urn:souk:problem:second-factor-required', 'urn:souk:problem:second-factor-wrong'];

/** Signs in by the link that the embedded shop prints. The token leaves the URL at once: it must not stay in the browser's history. */
export async function signInByLink(): Promise<Problem | null> {
  const [, token] = /^#once=(.+)$/.exec(location.hash) ?? [];
  if (token === undefined) return null;
  history.replaceState(null, '', location.pathname + location.search);
  const answer = await ask<Session>('/session/once', { method: 'POST', body: { token } });
  return answer.ok ? null : answer.problem;
}

export function SignIn({ problem }: { readonly problem: Problem | null }) {
  const refused = useSignal(problem);
  const isBusy = useSignal(false);
  const needsCode = useSignal(false);
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => { if (needsCode.value) code.current?.focus(); }, [needsCode.value]);
  const signIn = async (form: HTMLFormElement) => {
    const typed = new FormData(form);
    const text = (name: string) => {
      const value = typed.get(name);
      return typeof value === 'string' ? value : '';
    };
    isBusy.value = true;
    refused.value = null;
    const answer = await ask<Session>('/session', { method: 'POST', body: { email: text('email').trim(), password: text('password'), ...(needsCode.value && { code: text('code') }) } });
    isBusy.value = false;
    if (answer.ok) {
      session.value = answer.value;
      return;
    }
    const isFirstAsk = !needsCode.value && CODE_PROBLEMS.includes(answer.problem.type);
    if (isFirstAsk) needsCode.value = true;
    else refused.value = answer.problem;
  };
  return (
    <main class="sign-in">
      <form onSubmit={(event) => { event.preventDefault(); void signIn(event.currentTarget); }}>
        <h1>Souk</h1>
        <p class="quiet">The operator's console is for staff.</p>
        <label>E-mail<input name="email" type="email" autocomplete="username" required maxLength={254} autofocus /></label>
        <label>Password<input name="password" type="password" autocomplete="current-password" required maxLength={128} /></label>
        {needsCode.value && <label>Code of your authenticator<input ref={code} name="code" inputMode="numeric" autocomplete="one-time-code" pattern="[0-9]{3} ?[0-9]{3}" maxLength={7} required /></label>}
        <p class="refused" role="alert">{refused.value !== null && <><Shape name="failed" /> {refused.value.detail}</>}</p>
        <button type="submit" class="primary" disabled={isBusy.value}>{isBusy.value ? 'Signing in…' : 'Sign in'}</button>
      </form>
    </main>
  );
}
