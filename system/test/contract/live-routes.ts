import { SERVICES, type ServiceName } from '@souk/contracts/services';
import type { ServiceUrls } from '../../src/shop/shop-client.ts';

/** JSON Schema as it stands in an OpenAPI document. */
export type Described = Readonly<Record<string, unknown>>;

/** A route as its service describes it now. */
export interface LiveRoute {
  readonly service: ServiceName;
  /** `POST` */
  readonly method: string;
  /** `/orders/{id}` */
  readonly path: string;
  /** Somebody must be signed in. */
  readonly isProtected: boolean;
  /** Somebody may be. */
  readonly takesToken: boolean;
  /** Of its JSON body; undefined when it takes none. */
  readonly body: Described | undefined;
  /** The names of its query parameters and headers. */
  readonly takes: readonly string[];
  /** Those of them that must be there. */
  readonly needs: readonly string[];
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Described }>> };
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** Every route of the five services, from their own documents. */
export async function liveRoutes(urls: ServiceUrls): Promise<readonly LiveRoute[]> {
  const lists = await Promise.all(SERVICES.map((service) => routesOf(service, urls[service])));
  return lists.flat();
}

async function routesOf(service: ServiceName, url: string): Promise<LiveRoute[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Paths };
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security = [], requestBody, parameters = [] }]) => ({
      service,
      method: method.toUpperCase(),
      path,
      isProtected: security.length > 0 && security.every((requirement) => Object.keys(requirement).length > 0),
      takesToken: security.length > 0,
      body: requestBody?.content['application/json']?.schema,
      takes: parameters.filter((parameter) => parameter.in !== 'path').map(({ name }) => name),
      needs: parameters.filter((parameter) => parameter.in !== 'path' && parameter.required === true).map(({ name }) => name),
    })),
  );
}
