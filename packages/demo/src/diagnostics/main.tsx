// Where the diagnostics page begins.
import { render } from 'preact';
import { readConfig } from '../mail/config.ts';
import { words } from '../mail/problem.ts';
import { applySettings } from '../mail/settings.ts';
import { toasts } from '../mail/toasts.ts';
import { config } from './connection.ts';
import { App } from './view/app.tsx';
import '../style/tokens.css';
import '../style/base.css';
import '../style/controls.css';
import '../style/sign-in.css';
import '../style/dialog.css';
import '../style/diagnostics.css';

applySettings();

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no element with the id “app”.');
try {
  config.value = await readConfig();
} catch (error) {
  toasts.bad(`The page’s configuration cannot be read: ${words(error)} Servers can still be named by hand.`);
}
render(<App />, root);
