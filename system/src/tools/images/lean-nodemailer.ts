import { type BunPlugin, zstdCompressSync } from 'bun';

const ENTRY = /\/nodemailer\/dist\/esm\/nodemailer\.js$/;
const LEVEL = 19;
/** Suffix that makes the name differ from the module's own, so that it is loaded as a file. */
const PACKED = '.zst';

/** The library is evaluated only when this module is imported. It requires only the runtime's own modules. */
const UNPACKING = (packed: string) => `
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
    build.onLoad({ filter: ENTRY }, ({ path }) => ({ contents: UNPACKING(`lean-nodemailer:${path}`), loader: 'js' }));
    build.onResolve({ filter: /^lean-nodemailer:/ }, ({ path }) => ({ path: path.replace('lean-nodemailer:', '') + PACKED, namespace: 'lean-nodemailer' }));
    build.onLoad({ filter: /./, namespace: 'lean-nodemailer' }, async ({ path }) => ({
      contents: zstdCompressSync(await inOneFile(path.slice(0, -PACKED.length)), { level: LEVEL }),
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
