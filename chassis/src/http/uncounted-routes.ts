import { allowedMethods } from './allowed-methods.ts';
import { PROBES } from './probes.ts';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: { readonly detail?: object };
}

/** Which requests no rate limit counts: probes, and what routes declare with `uncounted`. Asked before any route has matched. */
export function uncountedRoutes(routes: readonly Route[]): (method: string, path: string) => boolean {
  const declared = routes.filter(({ hooks: { detail = {} } }) => 'x-uncounted' in detail);
  const methodsAt = allowedMethods(declared);
  return (method, path) => PROBES.has(path) || (declared.length > 0 && methodsAt(path).includes(method));
}
