import { isCommonPassword } from './common-passwords.ts';

export type PasswordFault = 'common' | 'personal';

/** The answer of who asked for it. */
export interface PasswordRefused {
  readonly kind: 'password-refused';
  readonly fault: PasswordFault;
}

interface Person {
  readonly email: string;
  readonly name: string;
}

/** What is wrong with a new password; its length is judged by the contract. */
export async function judgePassword(password: string, { email, name }: Person): Promise<PasswordFault | undefined> {
  const [localPart = ''] = email.split('@');
  if ([email, localPart, name].some((text) => plain(text) === plain(password))) return 'personal';
  return (await isCommonPassword(password)) ? 'common' : undefined;
}

function plain(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase();
}
