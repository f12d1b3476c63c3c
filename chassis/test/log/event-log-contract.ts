import { afterEach, beforeEach, describe } from 'bun:test';
import { describeDelivery } from './delivery-contract.ts';
import { describeGroups } from './group-contract.ts';
import type { OpenedLog, OpenLog } from './log-fixture.ts';
import { describeModel } from './model-contract.ts';
import { describeRecovery } from './recovery-contract.ts';
import { describeReplay } from './replay-contract.ts';

/**
 * What every event log promises, whatever it is made of. `open` gives an empty log with `contractTopics`; a crash on a
 * slow engine costs seconds, so it may play fewer random stories.
 */
export function describeEventLog(name: string, open: OpenLog, randomStories = 20): void {
  describe(name, () => {
    let opened: OpenedLog | null = null;
    const current = (): OpenedLog => {
      if (opened === null) throw new Error('The log is opened before each test');
      return opened;
    };
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(async () => {
      await opened?.dispose();
      opened = null;
    });

    describeDelivery(current);
    describeGroups(current);
    describeRecovery(current);
    describeReplay(current);
  });
  describeModel(name, open, randomStories);
}
