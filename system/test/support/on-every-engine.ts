import { describe } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { embeddedGround } from './embedded-ground.ts';
import type { Ground } from './ground.ts';
import { type OpenShopOn, openShopOn } from './open-shop.ts';
import { realGround } from './real-ground.ts';

/** What the whole shop promises, it promises in one process on files as well as in five on real servers. */
export function onEveryEngine(what: string, suite: (openShop: OpenShopOn) => void): void {
  onEveryGround(what, (makeGround) => suite(openShopOn(makeGround)));
}

/** For suites that start and end the shop themselves. */
export function onEveryGround(what: string, suite: (makeGround: () => Promise<Ground>, isReal: boolean) => void): void {
  describe(`${what} (embedded)`, () => suite(() => embeddedGround(), false));
  describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
    describe(`${what} (five processes on real servers)`, () => suite(realGround, true));
  });
}
