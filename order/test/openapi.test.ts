import { describeOpenApi } from '@souk/chassis/testing/describe-openapi';
import { runOrderService } from './running-service.ts';

describeOpenApi(`${import.meta.dir}/../openapi.json`, runOrderService);
