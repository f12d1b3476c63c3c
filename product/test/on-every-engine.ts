import { describe, setDefaultTimeout } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { MAKING_MS, mongoDatabase, sqliteDatabase } from './product-databases.ts';
import { catalogueOn, type RunCatalogue } from './running-catalogue.ts';

/** A suite of the whole service, once for each engine it runs on. */
export function onEveryEngine(suite: (runCatalogue: RunCatalogue) => void): void {
  describe('on SQLite', () => suite(catalogueOn(sqliteDatabase)));
  describeOn(['MongoDB'], () => {
    setDefaultTimeout(MAKING_MS);
    describe('on MongoDB', () => suite(catalogueOn(mongoDatabase)));
  });
}
