import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { boundedList } from '../src/storage/bounded-list.ts';
import { type Catalogue, catalogue } from './catalogue.ts';
import { type Engine, type Examined, mongoEngine, sqliteEngine } from './engines.ts';
import { type Shape, shapes } from './shapes.ts';

const HELP = `bun product/bench/main.ts      every kind of product list, in a catalogue that is made for it
  --products N                 of which so many (default 300000)
  --sqlite FOLDER              keeps the file there, and uses it again (default: a new temporary folder)
  --mongodb URL                on this server instead, in a database that stays
  --passes N                   of which the shortest counts (default 5)
  --only TEXT                  lists whose name has it
  --worst N                    so many are printed (default 20)
`;

const AT_ONCE = 1000;
const PAGE = 20;

interface Measured {
  readonly shape: Shape;
  readonly ms: number;
  /** processor time of this process: on SQLite all that it costs */
  readonly cpuMs: number;
  readonly found: number;
  readonly isOver: boolean;
  readonly examined: Examined | undefined;
}

async function main(): Promise<void> {
  const options = {
    products: { type: 'string', default: '300000' },
    sqlite: { type: 'string' },
    mongodb: { type: 'string' },
    passes: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    worst: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const products = Number(values.products);
  const made = catalogue();
  const engine = values.mongodb === undefined ? await sqliteEngine(join(values.sqlite ?? mkdtempSync(join(tmpdir(), 'souk-lists-')), `catalogue-${products}.db`)) : await mongoEngine(databaseOn(values.mongodb, products));
  try {
    await fill(engine, made, products);
    await engine.finish();
    const all: Measured[] = [];
    for (const shape of shapes(made, products)) {
      if (shape.name.includes(values.only)) all.push(await measure(engine, shape, Number(values.passes)));
    }
    for (const line of report(engine.name, products, all, Number(values.worst))) process.stdout.write(`${line}\n`);
  } finally {
    await engine.close();
  }
}

function databaseOn(server: string, products: number): string {
  const url = new URL(server);
  url.pathname = `/souk_bench_lists_${products}`;
  return url.href;
}

async function fill(engine: Engine, { product }: Catalogue, products: number): Promise<void> {
  for (let from = await engine.stored(); from < products; from += AT_ONCE) {
    await engine.put(Array.from({ length: Math.min(AT_ONCE, products - from) }, (_, n) => product(from + n)));
    process.stderr.write(`\r${from + AT_ONCE} products`);
  }
  process.stderr.write('\n');
}

async function measure(engine: Engine, shape: Shape, passes: number): Promise<Measured> {
  const { filter, sort, after } = shape;
  const list = () => boundedList(engine.indexes)(filter, { sort, after, limit: PAGE + 1 });
  let cpuMs = Infinity;
  let ms = Infinity;
  let { rows, reached } = await list();
  for (let pass = 0; pass < passes; pass += 1) {
    const begin = performance.now();
    const used = process.cpuUsage();
    ({ rows, reached } = await list());
    const { user, system } = process.cpuUsage(used);
    cpuMs = Math.min(cpuMs, (user + system) / 1000);
    ms = Math.min(ms, performance.now() - begin);
  }
  const examined = await engine.examined(list);
  return { shape, ms, cpuMs, found: rows.length, isOver: rows.length > PAGE || reached === undefined, examined };
}

function* report(name: string, products: number, all: readonly Measured[], worst: number): Iterable<string> {
  const line = (what: string, times: readonly number[]) => {
    const sorted = times.toSorted((a, b) => a - b);
    const [p50, p99, most] = [0.5, 0.99, 1].map((share) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
    return `${what}: p50 ${p50} ms, p99 ${p99} ms, most ${most} ms`;
  };
  const first = all.filter(({ shape }) => shape.after === undefined);
  const short = first.filter(({ isOver }) => !isOver);
  yield `${name}, ${products} products, ${all.length} lists`;
  yield line('time', all.map(({ ms }) => ms));
  yield line('processor time here', all.map(({ cpuMs }) => cpuMs));
  yield `first pages: ${first.length}, of which ${short.length} end before they are full, ${short.filter(({ found }) => found === 0).length} empty`;
  if (all.some(({ examined }) => examined !== undefined)) {
    const most = (of: keyof Examined) => Math.max(...all.map(({ examined }) => examined?.[of] ?? 0));
    yield `examined at most: ${most('documents')} documents, ${most('keys')} keys`;
  }
  yield '';
  yield '| list | ms | CPU ms here | found | keys | documents |';
  yield '|---|---|---|---|---|---|';
  const lines = all.toSorted((a, b) => (b.examined?.documents ?? b.cpuMs) - (a.examined?.documents ?? a.cpuMs)).slice(0, worst);
  for (const { shape, ms, cpuMs, found, isOver, examined } of lines) {
    yield `| ${shape.name} | ${ms.toFixed(1)} | ${cpuMs.toFixed(1)} | ${Math.min(found, PAGE)}${isOver ? '' : ', goes on'} | ${examined?.keys ?? ''} | ${examined?.documents ?? ''} |`;
  }
}

await main();
