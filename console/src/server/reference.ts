import { answerWith } from '@souk/chassis/web/app/long-answers';
import { pathOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { problem } from '@souk/chassis/web/problems/problem';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { DATA_POLICY, type Gate, nothingThere } from './pass-on.ts';
import { scalarFile } from './browser-files.ts';
import { pageFile } from './page-files.ts';
import { fileAnswer, madeOnce } from './page-routes.ts';
import { bodyAtMost, jsonIn, orProblem, type Services } from './services.ts';

/** Bytes of a service's OpenAPI document; the longest has some 300,000. */
const DOCUMENT_LIMIT = 4 * 1024 * 1024;

/** Scalar sets its styles by a `<style>` of its own. Everything else is as strict as for the page. */
const REFERENCE_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

const DOCUMENT = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Souk: API reference</title>
    <link rel="icon" href="data:," />
    <script type="module" src="/reference-start.js"></script>
  </head>
  <body>
    <p style="margin: 0; padding: 8px 16px; font: 14px system-ui, sans-serif"><a href="/" style="color: inherit">← Back to the console</a></p>
    <div id="reference"></div>
  </body>
</html>
`;

interface ReferenceDeps {
  readonly gate: Gate;
  readonly services: Pick<Services, 'ask'>;
}

/** `/reference`: the OpenAPI documents of all five services in Scalar's reference, which tries routes out through `/api`. */
export function referenceRoutes({ gate, services }: ReferenceDeps) {
  const page = madeOnce(() => pageFile('text/html;charset=utf-8', Buffer.from(DOCUMENT), false));
  const script = madeOnce(scalarFile);
  return router()
    .get('/reference', async ({ request }) => fileAnswer(request, await page(), REFERENCE_POLICY))
    .get('/reference/scalar.js', async ({ request }) => fileAnswer(request, await script(), REFERENCE_POLICY))
    .get('/reference/:document', async ({ request }) => {
      const [, name] = /^\/reference\/([a-z]+)\.json$/.exec(pathOf(request.url)) ?? [];
      const service = SERVICES.find((known) => known === name);
      if (service === undefined) throw nothingThere();
      gate.enter(request);
      const headers = { 'content-type': 'application/json', 'content-security-policy': DATA_POLICY };
      return answerWith(request, await documentOf(services, service), { headers });
    });
}

/** The service's own document, with the console in the place of the service. */
async function documentOf(services: Pick<Services, 'ask'>, service: ServiceName): Promise<string> {
  const answer = await orProblem(services.ask({ service, path: '/openapi.json', headers: { accept: 'application/json' } }));
  const body = answer.ok ? await orProblem(bodyAtMost(service, answer, DOCUMENT_LIMIT)) : undefined;
  const document = body && jsonIn(body);
  if (typeof document !== 'object') throw problem('unavailable', { detail: `${service} answered ${answer.status} instead of its OpenAPI document.` });
  return JSON.stringify({ ...document, servers: [{ url: `/api/${service}` }] });
}
