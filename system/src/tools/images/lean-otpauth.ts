import type { BunPlugin } from 'bun';
import { dirname } from 'node:path';

/** Bun is offered one that brings hashes written in JavaScript. */
const OF_NODE = 'otpauth/dist/otpauth.node.mjs';
/** Bundlers keep a comment that begins so. */
const NOTICE = /^\/\/!.*\n/;

/**
 * otpauth with the runtime's own hashes, and without the notice on its first line: two letters of a name in it are not ASCII, and
 * the runtime keeps a file that has one such letter with two bytes for each (2.3 MB more). Its licence is beside the program.
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
