import type { LogMessage } from '@souk/contracts/log-message';
import type { Engine } from '../engine/engine.ts';
import { EventLogError } from '../log/event-log.ts';
import { MessagesRefusedError } from '../log/message-limits.ts';
import { problem } from '../web/problems/problem.ts';

/** Sends messages to the log once more, for a caller. Throws the 409 problem when the log refuses one, which `refused` begins to say, and the 503 problem when it is away. */
export async function sendAgain(engine: Pick<Engine<never>, 'sendAgain'>, messages: readonly LogMessage[], refused: string): Promise<void> {
  try {
    await engine.sendAgain(...messages);
  } catch (error) {
    if (error instanceof MessagesRefusedError) throw problem('conflict', { detail: `${refused}: ${error.message}` });
    if (error instanceof EventLogError) {
      throw problem('unavailable', { detail: 'The event log cannot be reached; try again in a moment.', headers: { 'retry-after': '1' } });
    }
    throw error;
  }
}
