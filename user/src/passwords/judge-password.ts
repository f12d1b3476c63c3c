import { isCommonPassword } from './common-passwords.ts';
import { isMadeOf } from './made-of.ts';

type JudgedFault = 'common' | 'personal';
/** `unchanged`: it is the one that it was to replace. */
export type PasswordFault = JudgedFault | 'unchanged';

/** The answer of who asked for it. */
export interface PasswordRefused {
  readonly kind: 'password-refused';
  readonly fault: PasswordFault;
}

interface Person {
  readonly email: string;
  readonly name: string;
}

export type JudgePassword = ReturnType<typeof passwordJudge>;

/** Finds what is wrong with a new password; its length is judged by the contract. */
export function passwordJudge({ shopName }: { readonly shopName: string }) {
  return async (password: string, { email, name }: Person): Promise<JudgedFault | undefined> => {
    if (isMadeOf(password, [email, name, shopName])) return 'personal';
    return (await isCommonPassword(password)) ? 'common' : undefined;
  };
}
