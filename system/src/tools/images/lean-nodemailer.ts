import { type BunPlugin, zstdCompressSync } from 'bun';

const ENTRY = /\/nodemailer\/dist\/esm\/nodemailer\.js$/;
const LEVEL = 19;
/** Another name than the module's own, so that it is loaded as a file. */
const PACKED = '.zst';

/** Nothing of it is evaluated before it is imported. It asks for the runtime's own modules and no others. */
const UNPACKING = (packed: string) => `
  import { readFileSync } from 'node:fs';
  import packed from ${JSON.stringify(packed)};
  const library = { exports: {} };
  (0, eval)(Bun.zstdDecompressSync(readFileSync(packed)).toString())(library.exports, process.getBuiltinModule, library);
  export const { createTransport } = library.exports;
`;

/**
 * nodemailer, which the first mail asks for, lies in a program as a compressed file of 70 kB. As code, with its bytecode and its
 * source map, it takes 1.2 MB, and an image has not that much left.
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

/** A function of `exports`, `require` and `module`. By a process of its own: a build that a plugin starts waits for ever. */
async function inOneFile(entry: string): Promise<string> {
  const how = ['--target=bun', '--format=cjs', '--minify-whitespace', '--minify-syntax'];
  const child = Bun.spawn([process.execPath, 'build', ...how, entry], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [code, said, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (exit !== 0) throw new Error(`${entry} cannot be put into one file: ${said.trim()}`);
  return code;
}
