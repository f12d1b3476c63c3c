import { PROBES } from './probes.ts';
import { problem, type Problem } from '../problems/problem.ts';

/** The port a request came through. `every`: the service has only one; otherwise `ops` for operators and `public` for everybody else. */
export type Door = 'every' | 'public' | 'ops';

/** Refuses, with 404, a path that is not on this port. `/livez` and `/readyz` are on all ports. */
export function notBehind(door: Door, path: string): Problem | undefined {
  if (door === 'every') return undefined;
  const isOps = path.startsWith('/ops/') || path === '/ops' || path === '/metrics' || path === '/metrics/';
  if (door === 'public') return isOps ? notHere('This path is not on this port: GET /openapi.json names what is there.') : undefined;
  return isOps || PROBES.has(path) ? undefined : notHere('Nothing but /metrics, /ops, /livez and /readyz is on this port.');
}

function notHere(detail: string): Problem {
  return problem('not-found', { detail });
}
