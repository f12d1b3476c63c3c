import { describeOpenApi } from '@souk/chassis/testing/describe-openapi';
import { sqliteDatabase } from './product-databases.ts';
import { catalogueOn } from './running-catalogue.ts';

describeOpenApi(`${import.meta.dir}/../openapi.json`, catalogueOn(sqliteDatabase));
