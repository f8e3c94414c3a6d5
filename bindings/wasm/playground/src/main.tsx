import { render } from 'preact';

import { App } from './app';
import { start } from './start';

const root = document.getElementById('app');
if (root) {
  void start().then(() => {
    root.replaceChildren();
    render(<App />, root);
  });
}
