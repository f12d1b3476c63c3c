import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '../../..');
/** Made by commands, and large. */
const LEFT = ['./node_modules', './*/node_modules', './.cache', './.git', './dist', './.souk', './*/.souk'];

/** This project in another folder, with its dependencies and without what its commands have made. */
export async function copyProject(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const archive = Bun.spawn(['tar', '-C', ROOT, ...LEFT.map((path) => `--exclude=${path}`), '-cf', '-', '.'], { stdout: 'pipe' });
  const unpacked = Bun.spawn(['tar', '-C', folder, '-xf', '-'], { stdin: archive.stdout });
  if ((await unpacked.exited) !== 0) throw new Error(`the project cannot be copied to ${folder}`);
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const name of await readdir(ROOT)) {
    // Links into the one above.
    const modules = join(ROOT, name, 'node_modules');
    if (existsSync(modules)) await cp(modules, join(folder, name, 'node_modules'), { recursive: true, verbatimSymlinks: true });
  }
}
