import { faultSource, type Report } from '../telemetry/report.ts';

export interface HandlerFailure {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Where the rejected call began. */
  readonly offset: string;
  /** 1 for the first rejection in a row. */
  readonly attempt: number;
  readonly error: unknown;
}

/** For an event log: which messages it were, their handler has told. */
export function messagesComeAgain(report: Report): (failure: HandlerFailure) => void {
  const consumer = faultSource(report, 'consumer');
  return ({ error, ...where }) => consumer.failed(error, 'messages come again', where);
}
