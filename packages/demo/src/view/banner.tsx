// The strip that tells of a lost connection: when the next attempt is made, and a way to make it now.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { LoaderCircle, WifiOff } from 'lucide';
import { connection, isOnline, reconnect } from '../mail/account.ts';
import { Icon } from './icon.tsx';

function Countdown({ until }: { until: number }) {
  const left = useSignal(0);
  useEffect(() => {
    const tick = () => {
      left.value = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    };
    tick();
    const timer = setInterval(tick, 250);
    return () => clearInterval(timer);
  }, [until]);
  // A screen reader need not hear every second.
  return <span aria-hidden="true">{left.value > 0 ? ` Next attempt in ${left.value} s.` : ''}</span>;
}

export function Banner() {
  const now = connection.value;
  if (now.state !== 'waiting' && now.state !== 'reconnecting') return null;
  const isOffline = !isOnline();
  return (
    <div class="banner" role="alert" aria-label="Connection">
      <Icon of={now.state === 'reconnecting' ? LoaderCircle : WifiOff} />
      <span class="grow">
        <strong>{isOffline ? 'You are offline.' : 'The connection to the mail server was lost.'}</strong>{' '}
        {now.state === 'reconnecting'
          ? 'Reconnecting…'
          : isOffline
            ? ''
            : Number.isFinite(now.until) && <Countdown until={now.until} />}
        <span class="banner-reason" dir="auto">
          {now.reason}
        </span>
      </span>
      <button
        type="button"
        class="button"
        disabled={now.state === 'reconnecting'}
        onClick={() => void reconnect()}
      >
        Reconnect now
      </button>
    </div>
  );
}
