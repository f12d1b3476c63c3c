import type { TSchema } from '@sinclair/typebox';

export interface RouteSchemas {
  readonly body: TSchema | undefined;
  readonly query: TSchema | undefined;
  readonly params: TSchema | undefined;
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: { readonly body?: unknown; readonly query?: unknown; readonly params?: unknown };
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
