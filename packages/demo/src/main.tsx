// Where the page begins.
import { render } from 'preact';
import { loadConfig, watchNetwork } from './mail/account.ts';
import { goLive } from './mail/live.ts';
import { resumeReading } from './mail/reader.ts';
import { applySettings } from './mail/settings.ts';
import { App } from './view/app.tsx';
import './message/plain.css';
import './style/tokens.css';
import './style/base.css';
import './style/controls.css';
import './style/layout.css';
import './style/tree.css';
import './style/list.css';
import './style/reader.css';
import './style/sign-in.css';
import './style/dialog.css';

applySettings();
goLive();
resumeReading();
watchNetwork();

const root = document.getElementById('app');
if (root === null) throw new Error('The page has no element with the id “app”.');
await loadConfig();
render(<App />, root);
