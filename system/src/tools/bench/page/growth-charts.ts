import type { GrowthPoint } from '../modes/grow.ts';
import type { Chart } from './chart.ts';

/** All figures against the number of stored orders. */
export function growthCharts(points: readonly GrowthPoint[]): readonly Chart[] {
  const common = { xTitle: 'orders stored', logarithmicX: true };
  const against = (name: string, of: (point: GrowthPoint) => number | undefined) => ({
    name,
    values: points.map((point) => [point.stored, of(point) ?? null] as const),
  });
  const processes = [...new Set(points.flatMap(({ cpuUsPerOrder }) => Object.keys(cpuUsPerOrder)))];
  const reads = [...new Set(points.flatMap(({ reads: all }) => Object.keys(all)))];
  return [
    { ...common, title: 'Processor for an order', unit: 'us', series: processes.map((name) => against(name, ({ cpuUsPerOrder }) => cpuUsPerOrder[name])) },
    {
      ...common,
      title: 'Bytes for an order',
      unit: 'bytes',
      series: [
        against('kept', ({ bytesPerOrder }) => Object.values(bytesPerOrder).reduce((sum, bytes) => sum + bytes, 0)),
        against('written', ({ writtenPerOrder }) => writtenPerOrder),
        against('read', ({ readPerOrder }) => readPerOrder),
      ],
    },
    { ...common, title: 'Reads, p99', unit: 'ms', logarithmic: true, series: reads.map((name) => against(name, ({ reads: all }) => all[name]?.p99)) },
  ];
}
