import { SERVICES } from '@souk/contracts/services';

/** The global that Scalar's own script leaves behind. */
interface Scalar {
  createApiReference(at: string, configuration: object): unknown;
}

/** Requests that are tried out are asked through the console, as the signed-in operator. */
function ask(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  request.headers.set('x-souk-console', '1');
  // The operator's token stays with the console's server.
  request.headers.delete('authorization');
  return fetch(request);
}

function start({ createApiReference }: Scalar): void {
  createApiReference('#reference', {
    sources: SERVICES.map((service, at) => ({ title: service, slug: service, url: `/reference/${service}.json`, default: at === 0, agent: { disabled: true } })),
    customFetch: ask,
    // Nothing of it may ask another host.
    telemetry: false,
    withDefaultFonts: false,
    proxyUrl: '',
    mcp: { disabled: true },
    hideClientButton: true,
    showDeveloperTools: 'never',
    persistAuth: false,
  });
}

// A library in it (zod) would make functions out of text, which the page's policy forbids, unless it is told not to before it loads.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
const script = document.createElement('script');
script.src = '/reference/scalar.js';
script.addEventListener('load', () => start((globalThis as unknown as { readonly Scalar: Scalar }).Scalar));
document.head.append(script);
