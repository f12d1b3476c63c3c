import type { BunPlugin } from 'bun';
import { dirname, join } from 'node:path';

const CHASSIS = join(import.meta.dir, '../../../chassis');

/** RFC 4013 leaves printable ASCII as it is; only another password needs the tables. */
const PREPARE_ASCII = (tables: string) => `
  const PRINTABLE_ASCII = /^[\\x20-\\x7e]*$/;
  exports.saslprep = (text, options) =>
    PRINTABLE_ASCII.test(text) ? text : require(${JSON.stringify(tables)}).saslprep(text, options);
`;

/**
 * What MongoDB's driver loads at every start and hardly ever needs: `whatwg-url`, a URL in JavaScript for old runtimes
 * (1.1 MB; the runtime's own follows the same standard), and tables of Unicode for passwords. A third of a program's start.
 */
export const leanMongodb: BunPlugin = {
  name: 'lean-mongodb',
  setup(build) {
    build.onResolve({ filter: /^(whatwg-url|@mongodb-js\/saslprep)$/ }, ({ path }) => ({ path, namespace: 'lean-mongodb' }));
    build.onLoad({ filter: /^whatwg-url$/, namespace: 'lean-mongodb' }, () => ({
      contents: 'export const { URL, URLSearchParams } = globalThis;',
      loader: 'js',
    }));
    build.onLoad({ filter: /saslprep$/, namespace: 'lean-mongodb' }, ({ path }) => ({
      contents: PREPARE_ASCII(Bun.resolveSync(path, dirname(Bun.resolveSync('mongodb', CHASSIS)))),
      loader: 'js',
    }));
  },
};
