import { describeOpenApi } from '@souk/chassis/testing/describe-openapi';
import { runUsers } from './running-users.ts';

describeOpenApi(`${import.meta.dir}/../openapi.json`, runUsers);
