import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryMysqlStore } from '@souk/chassis/testing/temporary-mysql-store';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { openMysqlOrderStore } from '../../src/storage/open-mysql.ts';
import { openSqliteOrderStore } from '../../src/storage/open-sqlite.ts';
import { describeCatalogueRebuild } from './describe-catalogue-rebuild.ts';

describeCatalogueRebuild('SQLite', () => temporaryStore(openSqliteOrderStore));
describeOn(['MySQL'], () => describeCatalogueRebuild('MySQL', () => temporaryMysqlStore(openMysqlOrderStore)));
