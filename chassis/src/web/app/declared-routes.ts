import type { TSchema } from '@sinclair/typebox';
import { PROBES } from './probes.ts';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: { readonly detail?: object; readonly body?: unknown; readonly query?: unknown; readonly params?: unknown };
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
  const declaring = routes.filter(({ hooks: { detail = {} } }) => declaration in detail);
  const methodsAt = allowedMethods(declaring);
  return (method, path) => declaring.length > 0 && methodsAt(path).includes(method);
}

/** Returns the methods of a path: none if no route has this path, else those under which it exists. Called only when no route matched. */
export function allowedMethods(routes: readonly Route[]): (path: string) => readonly string[] {
  const patterns = routes.map(({ method, path }) => ({ method, segments: segmentsOf(path) }));
  return (path) => {
    const segments = segmentsOf(path);
    const methods = new Set<string>();
    for (const pattern of patterns) {
      if (!matches(pattern.segments, segments)) continue;
      methods.add(pattern.method);
      if (pattern.method === 'GET') methods.add('HEAD');
    }
    return [...methods].toSorted();
  };
}

/** A trailing slash does not make another path. */
function segmentsOf(path: string): readonly string[] {
  return (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path).split('/').slice(1);
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) => (part.startsWith(':') ? segments[at] !== '' : part === segments[at]))
  );
}

export interface RouteSchemas {
  readonly body: TSchema | undefined;
  readonly query: TSchema | undefined;
  readonly params: TSchema | undefined;
}

const NONE: RouteSchemas = { body: undefined, query: undefined, params: undefined };

/** The schemas that a route declared, by method and pattern. `routes` is called once, at the first request. */
export function routeSchemas(routes: () => readonly Route[]): (method: string, route: string) => RouteSchemas {
  let known: ReadonlyMap<string, RouteSchemas> | undefined;
  return (method, route) => {
    known ??= new Map(routes().map(({ method: of, path, hooks }) => [`${of} ${path}`, declared(hooks)]));
    // Elysia answers HEAD with the GET route.
    return known.get(`${method === 'HEAD' ? 'GET' : method} ${route}`) ?? NONE;
  };
}

function declared({ body, query, params }: Route['hooks']): RouteSchemas {
  return { body: schemaOf(body), query: schemaOf(query), params: schemaOf(params) };
}

function schemaOf(value: unknown): TSchema | undefined {
  return isSchema(value) ? value : undefined;
}

export function isSchema(value: unknown): value is TSchema {
  return typeof value === 'object' && value !== null;
}

/** Fails the start if a body schema would let unknown fields through: callers rely on being told of their mistakes. */
export function requireClosedBodies(routes: readonly Route[]): void {
  for (const { method, path, hooks } of routes) {
    if (!isSchema(hooks.body)) continue;
    const open = openPlace(hooks.body, '');
    if (open !== undefined) throw new Error(`the body of ${method} ${path} accepts unknown fields at '${open}'`);
  }
}

function openPlace(schema: TSchema, place: string): string | undefined {
  if (schema['type'] === 'object' && !('additionalProperties' in schema) && !('patternProperties' in schema))
    return place;
  if (Array.isArray(schema['allOf']) && schema['unevaluatedProperties'] !== false) return place;
  for (const keyword of ['properties', 'patternProperties'] as const) {
    for (const [name, member] of Object.entries(asRecord(schema[keyword]))) {
      const found = isSchema(member) ? openPlace(member, `${place}/${name}`) : undefined;
      if (found !== undefined) return found;
    }
  }
  for (const part of [schema['items'], ...asList(schema['anyOf'])]) {
    const found = isSchema(part) ? openPlace(part, place) : undefined;
    if (found !== undefined) return found;
  }
  return schema['additionalProperties'] === true ? place : undefined;
}

function asRecord(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
