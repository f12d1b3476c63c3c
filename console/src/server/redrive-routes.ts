import { router } from '@souk/chassis/web/app/router';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { DEAD_LETTER_KINDS } from '@souk/contracts/http/ops';
import { closed, oneOf } from '@souk/contracts/schema';
import { SERVICES } from '@souk/contracts/services';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { Redrive, RedriveList } from '../redrive.ts';
import { LetterUnreachableError } from './letter-door.ts';
import type { Gate } from './pass-on.ts';
import type { Redrives } from './redrives.ts';
import { orProblem } from './services.ts';

const Start = closed({
  service: oneOf(...SERVICES),
  letters: closed({
    group: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    topic: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    cause: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    kind: Type.Optional(oneOf(...DEAD_LETTER_KINDS)),
  }),
  dryRun: Type.Boolean(),
});
const ById = Type.Object({ id: Uuid });

/** `/api/redrives`: campaigns of many dead letters. Every operator sees and stops those of all. */
export function redriveRoutes({ gate, redrives }: { readonly gate: Gate; readonly redrives: Redrives }) {
  return router()
    .get('/api/redrives', ({ request }): RedriveList => {
      gate.enter(request);
      return { items: redrives.all().map(({ letters: _letters, ...summary }) => summary) };
    })
    .post('/api/redrives', async ({ body, request, set }): Promise<Redrive> => {
      const redrive = await started(orProblem(redrives.start(gate.enter(request), body)));
      set.status = 202;
      set.headers['location'] = `/api/redrives/${redrive.id}`;
      return redrive;
    }, { body: Start, transform: ({ request }) => void gate.enter(request) })
    .get('/api/redrives/:id', ({ params, request }): Redrive => {
      gate.enter(request);
      return redrives.find(params.id) ?? noSuch();
    }, { params: ById })
    .delete('/api/redrives/:id', ({ params, request }): Redrive => {
      gate.enter(request);
      return redrives.stop(params.id, 'An operator has stopped it.') ?? noSuch();
    }, { params: ById });
}

async function started(starting: Promise<Redrive>): Promise<Redrive> {
  try {
    return await starting;
  } catch (error) {
    if (error instanceof LetterUnreachableError) throw unavailable(error);
    throw error;
  }
}

function unavailable({ message }: LetterUnreachableError): Problem {
  return problem('unavailable', { detail: message });
}

function noSuch(): never {
  throw problem('not-found', { detail: 'There is no such campaign: the last 50 are kept, until the console is stopped.' });
}
