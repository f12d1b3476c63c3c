import type { Engine } from '@souk/chassis/engine/engine';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { UserCollections } from './storage/user-store.ts';

/** The task that says that mails wait. The delivery looks in the store for them. */
export const MAIL_WAITS = 'mail waits';
export type MailTask = typeof MAIL_WAITS;

/** The engine that settles all that is decided about users. */
export type UserEngine = Engine<UserCollections, MailTask>;

/** The part of it that runs a caller's commands. */
export type UserCommands = Pick<UserEngine, 'execute'>;

/** A decision about users. */
export type UserUseCase<Asked, Answer> = UseCase<UserCollections & ChassisCollections, Asked, Answer, MailTask>;
