import { isCommonPassword } from './common-passwords.ts';
import { isMadeOf } from './made-of.ts';

type JudgedFault = 'common' | 'personal';
/** `unchanged`: it equals the password that it should replace. */
export type PasswordFault = JudgedFault | 'unchanged';

/** The answer to a request whose new password was refused. */
export interface PasswordRefused {
  readonly kind: 'password-refused';
  readonly fault: PasswordFault;
}

interface Person {
  readonly email: string;
  readonly name: string;
}

export type JudgePassword = ReturnType<typeof passwordJudge>;

/** Finds the fault of a new password; the contract checks its length. */
export function passwordJudge({ shopName }: { readonly shopName: string }) {
  return async (password: string, { email, name }: Person): Promise<JudgedFault | undefined> => {
    if (isMadeOf(password, [email, name, shopName])) return 'personal';
    return (await isCommonPassword(password)) ? 'common' : undefined;
  };
}
