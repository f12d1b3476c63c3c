import { allowedMethods } from './allowed-methods.ts';
import { PROBES } from './probes.ts';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: { readonly detail?: object };
}

/** True when a request is for a route with a certain declaration. Called before any route has matched. */
export type RouteTest = (method: string, path: string) => boolean;

/** Requests that no rate limit counts: probes, and routes declared `uncounted`. */
export function uncountedRoutes(routes: readonly Route[]): RouteTest {
  const isDeclared = routesWith('x-uncounted', routes);
  return (method, path) => PROBES.has(path) || isDeclared(method, path);
}

/** Requests for work that may be refused early. */
export function postponableRoutes(routes: readonly Route[]): RouteTest {
  return routesWith('x-postponable', routes);
}

function routesWith(declaration: `x-${string}`, routes: readonly Route[]): RouteTest {
  const declared = routes.filter(({ hooks: { detail = {} } }) => declaration in detail);
  const methodsAt = allowedMethods(declared);
  return (method, path) => declared.length > 0 && methodsAt(path).includes(method);
}
