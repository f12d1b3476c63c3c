import { describeOpenApi } from '@souk/chassis/testing/describe-openapi';
import { runInventory } from './running-inventory.ts';

describeOpenApi(`${import.meta.dir}/../openapi.json`, runInventory);
