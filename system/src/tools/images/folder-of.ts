import { dirname, join } from 'node:path';

const CHASSIS = join(import.meta.dir, '../../../../chassis');

/** Where a driver of the chassis is installed: its own dependencies and files are not to be found from here. */
export function folderOf(driver: string): string {
  return dirname(Bun.resolveSync(driver, CHASSIS));
}
