import { render } from 'preact';
import { App } from './app.tsx';
import { clock } from './clock.ts';
import { followStream, frozen, readSession } from './live.ts';
import { followHistory } from './place.ts';

followHistory();
followStream();
void readSession();
setInterval(() => {
  if (!frozen.value && !document.hidden) clock.value = Date.now();
}, 1000);
render(<App />, document.querySelector('#page') ?? document.body);
