import { Type } from '@sinclair/typebox';
import { Fault, Faults, MakeFault } from '@souk/contracts/http/ops';
import { Uuid } from '@souk/contracts/strings';
import { NoContent, noContent, router } from '../web/app/router.ts';
import { invalid, problem } from '../web/problems/problem.ts';
import type { FaultMade, FaultMaker } from './fault-maker.ts';

const ById = Type.Object({ id: Uuid });

/** Routes that make faults on purpose, for a shop to try out. Without a `maker` they are refused. `topics`: those that the service reads. */
export function faultRoutes(maker: FaultMaker | undefined, topics: readonly string[]) {
  return router()
    .get('/ops/faults', (): Faults => ({ possible: maker !== undefined, items: [...(maker?.faults() ?? [])] }), {
      role: 'staff',
      response: { 200: Faults },
      detail: { summary: 'Faults made on purpose', description: '`possible`: whether this process makes any at all: only in an embedded shop, for trying it out.' },
    })
    .post(
      '/ops/faults',
      ({ body, principal, set }): Fault => {
        if (maker === undefined) throw notHere();
        if ('topic' in body && !topics.includes(body.topic)) throw invalid('/topic', topicsRead(topics));
        const fault = made(maker.make(body, principal.userId));
        set.status = 201;
        return fault;
      },
      {
        role: 'staff',
        body: MakeFault,
        response: { 201: Fault },
        refuses: ['conflict'],
        detail: {
          summary: 'Break something, for a while',
          description:
            'Possible in an embedded shop only; refused everywhere else. Each fault ends by itself. A service that stops answers this request first, and comes back ' +
            'by itself only. Nothing is lost for good: once the fault has ended, all orders end as they would have, or are undone.',
        },
      },
    )
    .delete(
      '/ops/faults/:id',
      ({ params: { id } }) => {
        if (maker === undefined) throw notHere();
        const ended = maker.end(id.toLowerCase());
        switch (ended) {
          case 'ended':
            return noContent();
          case 'unknown':
            throw problem('not-found', { detail: 'There is no such fault any more: GET /ops/faults lists those that there are.' });
          case 'ends-by-itself':
            throw problem('conflict', { detail: 'This service is about to stop; it comes back by itself.' });
          default:
            throw new Error(`unknown end of a fault ${String(ended satisfies never)}`);
        }
      },
      { role: 'staff', params: ById, response: { 204: NoContent }, refuses: ['not-found', 'conflict'], detail: { summary: 'End a fault early' } },
    );
}

function notHere() {
  return problem('forbidden', { detail: 'Faults are made in an embedded shop only (npm start): this process serves a real one.' });
}

function topicsRead(topics: readonly string[]): string {
  return topics.length === 0 ? 'must be a topic that this service reads, and it reads none' : `must be a topic that this service reads: ${topics.join(', ')}`;
}

function made(outcome: FaultMade): Fault {
  switch (outcome.kind) {
    case 'made':
      return outcome.fault;
    case 'elsewhere':
      throw invalid('/kind', 'must be a fault of this service: cards are declined at payment');
    case 'stops-already':
      throw problem('conflict', { detail: 'This service is about to stop; it comes back by itself.' });
    case 'too-many':
      throw problem('conflict', { detail: `This service has ${outcome.most} faults, and takes no more: wait until one ends, or end one.` });
    default:
      throw new Error(`unknown outcome ${String(outcome satisfies never)}`);
  }
}
