import { Deliveries, DeliveriesQuery } from '@souk/contracts/http/ops';
import type { RecentDeliveries } from '../engine/messaging/recent-deliveries.ts';
import { withSmallIds } from '../ids.ts';
import { tellAbout } from '../web/app/request-facts.ts';
import { router } from '../web/app/router.ts';

/** Shows how often this process was given the latest messages of a key, and what came of it. */
export function deliveryRoutes(deliveries: RecentDeliveries) {
  return router().get(
    '/ops/deliveries',
    ({ query, request }): Deliveries => {
      const key = withSmallIds(query.key);
      tellAbout(request, { key });
      return {
        since: isoTime(deliveries.since),
        items: deliveries.of(key).map(({ outcomes, ...message }) => ({ ...message, outcomes: outcomes.map((each) => ({ ...each, at: isoTime(each.at) })) })),
      };
    },
    {
      role: 'staff',
      query: DeliveriesQuery,
      response: { 200: Deliveries },
      detail: {
        summary: 'How often this process was given the messages of a key, and what came of it',
        description: 'From memory: none before `since`, and nothing of other processes of this service.',
      },
    },
  );
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
