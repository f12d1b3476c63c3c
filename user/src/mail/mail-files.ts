import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { MailPort } from './mail-port.ts';

/** Newest files, which are kept: a shop on a laptop may be tried out for months. */
const FILES_KEPT = 500;

interface MailFiles {
  readonly folder: string;
  /** The mail's sender, as in the header. */
  readonly from: string;
  /** Called with the file's full path, to log it. */
  written(file: string): void;
}

/** Writes mails as files (RFC 5322) that only the owner of the shop can read, for a shop without a mail server. */
export function mailFiles({ folder, from, written }: MailFiles): MailPort {
  return {
    async send({ id, to, subject, text }) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
      const date = new Date();
      const name = `${date.toISOString().replaceAll(':', '-')}-${id.replaceAll(/[^\w-]/g, '-')}.eml`;
      const file = resolve(folder, name);
      const headers = [
        `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
        `From: ${from}`,
        `To: ${to}`,
        `Subject: ${subject}`,
        'Auto-Submitted: auto-generated',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
      ];
      // A file appears whole or not at all: somebody may be watching the folder.
      await writeFile(`${file}.part`, `${headers.join('\n')}\n\n${text}`, { mode: 0o600 });
      await rename(`${file}.part`, file);
      written(file);
      await removeOldest(folder);
    },
    close: () => undefined,
  };
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml')).toSorted();
  for (const name of names.slice(0, -FILES_KEPT)) await rm(join(folder, name), { force: true });
}
