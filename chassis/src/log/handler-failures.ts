import { faultSource, type Report } from '../telemetry/report.ts';

export interface HandlerFailure {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first message in the rejected call. */
  readonly offset: string;
  /** 1 for the first rejection in a row. */
  readonly attempt: number;
  readonly error: unknown;
}

/** Reports the rejected calls of an event log. The handler has already reported the messages concerned. */
export function messagesComeAgain(report: Report): (failure: HandlerFailure) => void {
  const consumer = faultSource(report, 'consumer');
  return ({ error, ...where }) => consumer.failed(error, 'messages come again', where);
}
