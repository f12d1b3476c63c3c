import { render } from 'preact';
import { App } from './app.tsx';
import { clock } from './clock.ts';
import { followCounts } from './counts.ts';
import { followKeys } from './keys.ts';
import { followStream, frozen, readSession } from './live.ts';
import { followOrders } from './orders.ts';
import { followHistory } from './place.ts';
import { signInByLink } from './sign-in.tsx';

const linkProblem = await signInByLink();
followHistory();
followStream();
followOrders();
followCounts();
followKeys();
void readSession();
setInterval(() => {
  if (!frozen.value && !document.hidden) clock.value = Date.now();
}, 1000);
render(<App linkProblem={linkProblem} />, document.querySelector('#page') ?? document.body);
