import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { ASKED_AT_MOST, asked, type Attempts, isFull, leftMs } from '../domain/attempts.ts';
import { newMail } from '../domain/mail-and-links.ts';
import { MAIL_WAITS, type MailTask } from '../mail/mail-task.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { attemptKey } from './attempt-key.ts';

interface ResetRequest {
  /** normalised */
  readonly email: string;
  /** The client's address; undefined: addresses are not counted. */
  readonly clientAddress: string | undefined;
}

type Asked = { readonly kind: 'asked' } | { readonly kind: 'wait'; readonly ms: number };

/**
 * Queues a reset mail to an address. The account is looked up only when the mail is sent (`prepareMail`), so neither the
 * answer nor its time can reveal if there is one.
 */
export const askForReset: UseCase<UserCollections, ResetRequest, Asked, MailTask> = {
  name: 'ask for a password reset',
  keys: (request) => ({ attempts: Object.values(countsOf(request)), mails: [mailIdOf(request.email)] }),
  decide(request, world, { now }) {
    const { account, address } = countsOf(request);
    const fromThere = address === undefined ? undefined : world.get('attempts', address);
    if (isFull(fromThere, ASKED_AT_MOST.address, now)) return { answer: { kind: 'wait', ms: leftMs(fromThere, now) } };
    const counted: Attempts[] = address === undefined ? [] : [asked(fromThere, address, now)];
    const forThem = world.get('attempts', account);
    // The same answer: a stranger learns nothing, and an owner who asks too often has mails already.
    if (isFull(forThem, ASKED_AT_MOST.account, now)) return { answer: { kind: 'asked' }, puts: { attempts: counted } };
    const id = mailIdOf(request.email);
    const mail = world.get('mails', id) ?? newMail({ id, kind: 'reset-password', recipient: request.email, userId: null }, now);
    return {
      answer: { kind: 'asked' },
      puts: { attempts: [...counted, asked(forThem, account, now)], mails: [mail] },
      tasks: [MAIL_WAITS],
    };
  },
};

/** One waiting mail for an address, so that a flood of requests makes one mail. */
export function mailIdOf(email: string): string {
  return attemptKey.reset(email);
}

function countsOf({ email, clientAddress }: ResetRequest): { readonly account: string; readonly address?: string } {
  return {
    account: attemptKey.reset(email),
    ...(clientAddress !== undefined && { address: attemptKey.resetsFrom(clientAddress) }),
  };
}
