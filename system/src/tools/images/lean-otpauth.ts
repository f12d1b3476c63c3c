import type { BunPlugin } from 'bun';
import { dirname } from 'node:path';

/** The build for Node. The one that Bun would take brings hashes written in JavaScript. */
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
