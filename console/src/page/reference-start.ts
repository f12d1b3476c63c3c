import { SERVICES } from '@souk/contracts/services';

/** What Scalar's own script leaves behind. */
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

declare const Scalar: Scalar;

Scalar.createApiReference('#reference', {
  sources: SERVICES.map((service, at) => ({ title: service, slug: service, url: `/reference/${service}.json`, default: at === 0 })),
  customFetch: ask,
  // Nothing of it may ask another host.
  telemetry: false,
  withDefaultFonts: false,
  proxyUrl: '',
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  persistAuth: false,
  pageTitle: 'Souk: API reference',
});
