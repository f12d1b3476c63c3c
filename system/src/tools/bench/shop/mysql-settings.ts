import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const COMPOSE_FILE = join(import.meta.dir, '../../../../../compose.yaml');
const SETTING = /^--(innodb-[a-z-]+)=(\d+)([KMG]?)$/;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

interface ComposeFile {
  readonly services: { readonly mysql: { readonly command: readonly string[] } };
}

/** The InnoDB settings with which compose.yaml starts MySQL, by name: the benchmark measures what is deployed. */
export async function innodbSettings(): Promise<Readonly<Record<string, number>>> {
  const { services } = Bun.YAML.parse(await readFile(COMPOSE_FILE, 'utf8')) as ComposeFile;
  const found = services.mysql.command.flatMap((option) => {
    const [, name, number, unit = ''] = SETTING.exec(option) ?? [];
    return name === undefined ? [] : [[name.replaceAll('-', '_'), Number(number) * (UNITS[unit] ?? 1)] as const];
  });
  return Object.fromEntries(found);
}
