import type { BunPlugin } from 'bun';
import { join } from 'node:path';
import { folderOf } from './folder-of.ts';

/**
 * Keeps a start from loading prom-client's Pushgateway client and its aggregation over Node's cluster, and with them the
 * runtime's `http`, `https` and `cluster`: a sixth of what a program evaluates. Services neither push nor cluster. The default
 * metrics need `v8` and `perf_hooks`, which are loaded at the first scrape. OpenTelemetry's API is left out (0.2 MB): it only
 * gives the trace of an exemplar, and no metric here has one.
 */
export const leanPromClient: BunPlugin = {
  name: 'lean-prom-client',
  setup(build) {
    build.onResolve({ filter: /^\.\/lib\/(cluster|pushgateway|defaultMetrics)$/ }, ({ path, importer }) =>
      importer.includes('prom-client') ? { path, namespace: 'lean-prom-client' } : undefined,
    );
    build.onResolve({ filter: /^@opentelemetry\/api$/ }, ({ path, importer }) => (importer.includes('prom-client') ? { path, namespace: 'lean-prom-client' } : undefined));
    build.onLoad({ filter: /(cluster|pushgateway|api)$/, namespace: 'lean-prom-client' }, () => ({ contents: 'module.exports = undefined;', loader: 'js' }));
    build.onLoad({ filter: /defaultMetrics$/, namespace: 'lean-prom-client' }, ({ path }) => ({
      contents: `module.exports = (config) => require(${JSON.stringify(join(folderOf('prom-client'), path))})(config);`,
      loader: 'js',
    }));
  },
};
