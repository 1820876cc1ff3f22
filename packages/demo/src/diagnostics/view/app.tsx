// The whole diagnostics page: the bar with the connection, and the tabs.
import { Activity, FlaskConical, ListChecks, ScrollText, SquareTerminal, Timer } from 'lucide';
import { count } from '../../mail/format.ts';
import { ToastPlace } from '../../view/toast.tsx';
import { changes } from '../capabilities.ts';
import { commands } from '../commands.ts';
import { moments } from '../connection.ts';
import { testResult, testState } from '../self-test.ts';
import { lines } from '../transcript.ts';
import { CapabilitiesPanel } from './capabilities-panel.tsx';
import { CommandsPanel } from './commands-panel.tsx';
import { ConsolePanel } from './console-panel.tsx';
import { Overview } from './overview.tsx';
import { SelfTestPanel } from './self-test-panel.tsx';
import { Tabs, type Tab } from './tabs.tsx';
import { TopBar } from './top-bar.tsx';
import { TranscriptPanel } from './transcript-panel.tsx';

function capabilityBadge(): Tab['badge'] {
  const { added, removed } = changes(moments.value);
  const words = [added > 0 ? `+${added}` : '', removed > 0 ? `−${removed}` : ''].filter(
    (word) => word !== '',
  );
  return words.length === 0 ? null : { text: words.join(' '), tone: 'plain' };
}

function testBadge(): Tab['badge'] {
  if (testState.value === 'running' || testState.value === 'stopping') return { text: '…', tone: 'plain' };
  if (testResult.value === null) return null;
  return testResult.value.ok ? { text: 'OK', tone: 'ok' } : { text: 'failed', tone: 'bad' };
}

export function App() {
  const tabs: readonly Tab[] = [
    { id: 'overview', label: 'Overview', icon: Activity, badge: null, panel: () => <Overview /> },
    {
      id: 'capabilities',
      label: 'Capabilities',
      icon: ListChecks,
      badge: capabilityBadge(),
      panel: () => <CapabilitiesPanel />,
    },
    {
      id: 'transcript',
      label: 'Transcript',
      icon: ScrollText,
      badge: lines.value.length === 0 ? null : { text: count(lines.value.length), tone: 'plain' },
      panel: () => <TranscriptPanel />,
    },
    {
      id: 'commands',
      label: 'Commands',
      icon: Timer,
      badge: commands.value.length === 0 ? null : { text: count(commands.value.length), tone: 'plain' },
      panel: () => <CommandsPanel />,
    },
    { id: 'console', label: 'Console', icon: SquareTerminal, badge: null, panel: () => <ConsolePanel /> },
    {
      id: 'self-test',
      label: 'Self-test',
      icon: FlaskConical,
      badge: testBadge(),
      panel: () => <SelfTestPanel />,
    },
  ];
  return (
    <div class="diag">
      <TopBar />
      <main class="diag-main">
        <Tabs label="Diagnostics" tabs={tabs} />
      </main>
      <ToastPlace />
    </div>
  );
}
