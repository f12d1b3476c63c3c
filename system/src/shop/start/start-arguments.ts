import { parseArgs } from 'node:util';
import { UsageError, withUsage } from '../../cli/errors.ts';

export interface StartArguments {
  readonly once: boolean;
  readonly json: boolean;
  readonly demo: boolean;
  /** Embedded in this process, five processes on real servers started for it, or a shop that already runs. */
  readonly engines: 'embedded' | 'real' | 'deployed';
  /** Host of a deployed shop; 'compose' for the one of compose.yaml. */
  readonly host: string;
  readonly dataFolder: string;
  /** The first of five ports in a row; 0: any free ones. */
  readonly firstPort: number;
  /** The port before the first; 0: any free one; undefined: no console. */
  readonly consolePort: number | undefined;
  readonly help: boolean;
}

export const START_HELP = `npm start                       start the five services and the console, seed a small shop, play three orders, stay up
npm start -- --once             the same without the console, then stop; 0 only if all three ended as they should
npm start -- --no-demo          start without goods and without the orders
npm start -- --no-console       start without the console
npm start -- --real             the same on MySQL, MongoDB and Kafka, in five processes; nothing of it stays
npm start -- --against HOST     play the orders on a shop that runs there; 'compose' is the one of compose.yaml
npm start --silent -- --json    JSON lines on standard output, nothing else
  --data DIR                    keep the data there (default .souk)
  --first-port N                product, inventory, order, payment, user from N on (default 4001; 0: any free ports); the console at N-1
`;

/** Throws UsageError. */
export function startArguments(argv: readonly string[]): StartArguments {
  const values = parsed(argv);
  const firstPort = Number(values['first-port']);
  if (!Number.isInteger(firstPort) || firstPort < 0 || firstPort > 65_531) {
    throw new UsageError(`--first-port must be a whole number from 0 to 65531, not '${values['first-port']}'`);
  }
  if (values.once && values['no-demo']) throw new UsageError('--once plays the orders, --no-demo leaves them out: choose one');
  if (values.against === '') throw new UsageError('--against needs a host, or compose');
  const elsewhere = values.against !== undefined || values.real;
  if (values.against !== undefined && values.real) throw new UsageError('--real starts a shop, --against uses one: choose one');
  if (values.data !== undefined && elsewhere) throw new UsageError('--data is for the embedded shop');
  if (values.data === '') throw new UsageError('--data needs a folder');
  return {
    once: values.once,
    json: values.json,
    demo: !values['no-demo'],
    engines: enginesOf(values),
    host: values.against ?? '',
    dataFolder: values.data ?? '.souk',
    firstPort,
    consolePort: consolePortOf(values, firstPort),
    help: values.help,
  };
}

/** A shop that is used, not started, has a console of its own where it runs, if any. */
function consolePortOf({ once, against, 'no-console': without }: Values, firstPort: number): number | undefined {
  return once || without || against !== undefined ? undefined : Math.max(0, firstPort - 1);
}

function enginesOf({ real, against }: { readonly real: boolean; readonly against?: string | undefined }): StartArguments['engines'] {
  if (real) return 'real';
  return against === undefined ? 'embedded' : 'deployed';
}

type Values = ReturnType<typeof parsed>;

function parsed(argv: readonly string[]) {
  return withUsage(() =>
    parseArgs({
      args: [...argv],
      allowPositionals: false,
      options: {
        once: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        'no-demo': { type: 'boolean', default: false },
        'no-console': { type: 'boolean', default: false },
        data: { type: 'string' },
        real: { type: 'boolean', default: false },
        against: { type: 'string' },
        'first-port': { type: 'string', default: '4001' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  ).values;
}
