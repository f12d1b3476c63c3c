import type { BunPlugin } from 'bun';

/**
 * prom-client loads its Pushgateway client and its aggregation over Node's cluster at every start, and with them the
 * runtime's `http`, `https` and `cluster`: a sixth of what a program evaluates. Nothing of ours pushes or clusters.
 */
export const leanPromClient: BunPlugin = {
  name: 'lean-prom-client',
  setup(build) {
    build.onResolve({ filter: /^\.\/lib\/(cluster|pushgateway)$/ }, ({ path, importer }) =>
      importer.includes('prom-client') ? { path, namespace: 'lean-prom-client' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'lean-prom-client' }, () => ({ contents: 'module.exports = undefined;', loader: 'js' }));
  },
};
