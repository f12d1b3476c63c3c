import { dirname, join } from 'node:path';

const CHASSIS = join(import.meta.dir, '../../../../chassis');

/** The folder in which a driver of the chassis is installed; its own dependencies and files cannot be found from here. */
export function folderOf(driver: string): string {
  return dirname(Bun.resolveSync(driver, CHASSIS));
}
