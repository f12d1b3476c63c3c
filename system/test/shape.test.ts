import { expect, test } from 'bun:test';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { shapesOf, shapeTable } from '../src/tools/check/shape.ts';

const FILES: Readonly<Record<string, string>> = {
  'contracts/src/strings.ts': '/** An id. */\nexport type Id = string;\n',
  'order/src/domain/order.ts': "import type { Id } from '@souk/contracts/strings';\n\n/** What an order is. */\nexport type Order = Id;\n",
  'order/src/domain/rules.ts': "import type { Order } from './order.ts';\nimport { readFile } from 'node:fs/promises';\nexport type Rule = (order: Order) => typeof readFile;\n",
  'order/src/http/routes.ts': "import type { Rule } from '../domain/rules.ts';\nexport type Route = Rule;\n",
  'order/test/order.test.ts': 'not counted\n',
};

test('the shape of the source is counted by package and in total', async () => {
  const folder = temporaryFolder();
  try {
    for (const [path, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(folder.path, path)), { recursive: true });
      await writeFile(join(folder.path, path), text);
    }
    const shapes = await shapesOf(folder.path);
    // `order.ts` is imported by one file, of its folder; `rules.ts` by one of another folder; `ids.ts` by one of another package.
    expect(shapes.find(({ name }) => name === 'order')).toEqual({ name: 'order', files: 3, medianLines: 3, p90Lines: 4, longest: 4, importsPer100Lines: 44.4, oneNeighbour: 33.3, questions: 100 });
    expect(shapes.at(-1)).toMatchObject({ name: 'all', files: 4, oneNeighbour: 25, questions: 50 });
    expect(shapeTable(shapes).split('\n')).toHaveLength(shapes.length + 1);
  } finally {
    folder.remove();
  }
});
