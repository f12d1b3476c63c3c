import type { BunPlugin } from 'bun';
import { folderOf } from './folder-of.ts';

/** RFC 4013 leaves printable ASCII unchanged; only other passwords need the tables. */
const PREPARE_ASCII = (tables: string) => `
  const PRINTABLE_ASCII = /^[\\x20-\\x7e]*$/;
  exports.saslprep = (text, options) =>
    PRINTABLE_ASCII.test(text) ? text : require(${JSON.stringify(tables)}).saslprep(text, options);
`;

const HTTP = 'const http = require("http");';
/** The only function of `http` that the driver calls. */
const HTTP_WHEN_CALLED = 'const http = { get: (...given) => require("http").get(...given) };';

/** Unused modules: files in a bucket, and encryption of fields by a library that is not installed. */
const UNUSED = /^\.\/(?:client-side-encryption\/(?:auto_encrypter|client_encryption)|gridfs(?:\/\w+)?)$/;

/**
 * Keeps a start from loading what MongoDB's driver hardly ever needs: `whatwg-url`, a URL in JavaScript for old runtimes (1.1 MB;
 * the runtime's own follows the same standard), Unicode tables for passwords, and all of `http`, which asks a cloud's own network
 * for an identity (OIDC). Together they are a third of a program's start. Also removes what this project never uses: 0.2 MB.
 */
export const leanMongodb: BunPlugin = {
  name: 'lean-mongodb',
  setup(build) {
    build.onResolve({ filter: /^(whatwg-url|@mongodb-js\/saslprep)$/ }, ({ path }) => ({ path, namespace: 'lean-mongodb' }));
    build.onResolve({ filter: UNUSED }, ({ importer }) => (importer.includes('/mongodb/lib/') ? { path: 'unused', namespace: 'lean-mongodb' } : undefined));
    build.onLoad({ filter: /^unused$/, namespace: 'lean-mongodb' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    // Plugins do not resolve the runtime's own modules, so the import is replaced in the text.
    build.onLoad({ filter: /\/mongodb\/lib\/utils\.js$/ }, async ({ path }) => {
      const text = await Bun.file(path).text();
      if (!text.includes(HTTP)) throw new Error(`${path} no longer has: ${HTTP}`);
      return { contents: text.replace(HTTP, HTTP_WHEN_CALLED), loader: 'js' };
    });
    build.onLoad({ filter: /^whatwg-url$/, namespace: 'lean-mongodb' }, () => ({
      contents: 'export const { URL, URLSearchParams } = globalThis;',
      loader: 'js',
    }));
    build.onLoad({ filter: /saslprep$/, namespace: 'lean-mongodb' }, ({ path }) => ({
      contents: PREPARE_ASCII(Bun.resolveSync(path, folderOf('mongodb'))),
      loader: 'js',
    }));
  },
};
