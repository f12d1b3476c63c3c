import type { BunPlugin } from 'bun';

const OF_A_LIBRARY = /\/node_modules\/.*\.[cm]?js$/;

/**
 * Strips comments and line breaks from libraries, because a source map holds the text of what it maps: 0.5 MB less. In a stack
 * trace, frames of libraries have the function, the file and the column; those of this project also have the line.
 */
export const leanSourceMaps: BunPlugin = {
  name: 'lean-source-maps',
  setup(build) {
    const transpiler = new Bun.Transpiler({ loader: 'js', target: 'bun', minifyWhitespace: true });
    build.onLoad({ filter: OF_A_LIBRARY }, async ({ path }) => ({ contents: transpiler.transformSync(await Bun.file(path).text()), loader: 'js' }));
  },
};
