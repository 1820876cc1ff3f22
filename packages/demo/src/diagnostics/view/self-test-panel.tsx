// The self-test: what it will do, its steps as they happen, and how it ended.
import { CircleCheck, CircleX, Copy, Download, FlaskConical, LoaderCircle, Play, Square } from 'lucide';
import type { SelftestStep } from '@imaplib/client/imaplib';
import { saveBlob } from '../../mail/bytes.ts';
import { plural } from '../../mail/format.ts';
import { Icon } from '../../view/icon.tsx';
import { copyText } from '../clipboard.ts';
import { destination, info, phase, state, user, withoutSecrets } from '../connection.ts';
import {
  newPrefix,
  plan,
  prefix,
  report,
  runSelfTest,
  stopSelfTest,
  testResult,
  testState,
  testSteps,
} from '../self-test.ts';
import { MASK } from '../redact.ts';
import { duration } from '../steps.ts';
import { fileName } from '../transcript.ts';

function shownArguments({ args }: SelftestStep): string {
  // Stars stand where the engine was given a password.
  const shown = args.map((value) => (value === '***' ? MASK : JSON.stringify(value)));
  return withoutSecrets(shown.join(', '));
}

function shownAnswer({ error, data }: SelftestStep): string {
  if (error !== null) return withoutSecrets(error.message);
  return withoutSecrets(
    data
      .map((datum) =>
        datum === null
          ? 'null'
          : typeof datum === 'string'
            ? datum
            : `${datum[0]} ⟨${datum[1].length} octets⟩`,
      )
      .join('\n'),
  );
}

function StepRow({ step, at }: { step: SelftestStep; at: number }) {
  const isOk = step.error === null && step.typ !== 'NO' && step.typ !== 'BAD';
  return (
    <li>
      <details class="test-step" open={!isOk}>
        <summary>
          <span class="test-number">{at + 1}</span>
          <span class={`badge badge-${isOk ? 'ok' : 'bad'}`}>{isOk ? 'OK' : (step.typ ?? 'failed')}</span>
          <strong>{step.command}</strong>
          <span class="test-arguments">{shownArguments(step)}</span>
          <span class="test-ms">{duration(step.ms)}</span>
        </summary>
        <pre>{shownAnswer(step) || '(nothing)'}</pre>
      </details>
    </li>
  );
}

function Result() {
  const result = testResult.value;
  if (result === null) return null;
  const total = result.steps.reduce((sum, { ms }) => sum + ms, 0);
  const isStopped = result.error?.name === 'AbortError';
  const told = result.error === null || isStopped ? null : withoutSecrets(result.error.message);
  return (
    <div class={`test-result test-result-${result.ok ? 'ok' : 'bad'}`} role="alert">
      <Icon of={result.ok ? CircleCheck : CircleX} size={20} />
      <div class="grow">
        <strong>{result.ok ? 'All tests OK.' : isStopped ? 'Stopped.' : 'Tests failed.'}</strong>
        {result.ok && (
          <p>
            {plural(result.steps.length, 'command')} in {duration(total)}; nothing was left behind.
          </p>
        )}
        {told !== null && <p>{told}</p>}
        {result.hint !== null && <p>{withoutSecrets(result.hint)}</p>}
      </div>
      <button type="button" class="button" onClick={() => void copyText(report(), 'Report copied.')}>
        <Icon of={Copy} size={16} />
        Copy report
      </button>
      <button
        type="button"
        class="button"
        onClick={() =>
          saveBlob(new Blob([report()], { type: 'text/plain' }), `selftest-${fileName(info.value)}`)
        }
      >
        <Icon of={Download} size={16} />
        Save
      </button>
    </div>
  );
}

function Setup() {
  const isRunning = testState.value === 'running' || testState.value === 'stopping';
  const isReady = phase.value === 'open' && state.value !== 'NONAUTH';
  return (
    <form
      class="card test-setup"
      aria-label="Self-test"
      onSubmit={(event) => {
        event.preventDefault();
        void runSelfTest();
      }}
    >
      <div class="test-line">
        <label class="field test-prefix">
          <span>Prefix of its mailboxes</span>
          <input
            required
            name="prefix"
            pattern={'[^*%"\\\\]+'}
            title='Any name without * % " and \'
            spellcheck={false}
            disabled={isRunning}
            value={prefix.value}
            onInput={(event) => (prefix.value = event.currentTarget.value)}
            onBlur={() => (prefix.value = prefix.value.trim() || newPrefix())}
          />
        </label>
        {isRunning ? (
          <button
            type="button"
            class="button"
            disabled={testState.value === 'stopping'}
            onClick={stopSelfTest}
          >
            <Icon of={testState.value === 'stopping' ? LoaderCircle : Square} size={16} />
            {testState.value === 'stopping' ? 'Cleaning up…' : 'Stop'}
          </button>
        ) : (
          <button type="submit" class="button button-accent" disabled={!isReady}>
            <Icon of={Play} size={16} />
            Start
          </button>
        )}
      </div>
      <p>
        Will run about {plan.length} commands as{' '}
        <span dir="auto">{user.value ?? 'the user that the server knows'}</span>, over a connection of its
        own. It writes only in mailboxes that begin with <code>{prefix.value}</code>, and one message to
        INBOX; it takes all of that away again, also when it fails or is stopped.
      </p>
      <details class="test-plan">
        <summary>The commands</summary>
        <ul aria-label="Commands">
          {plan.map((name, at) => (
            <li key={at}>
              <code>{name}</code>
            </li>
          ))}
        </ul>
      </details>
    </form>
  );
}

export function SelfTestPanel() {
  const steps = testSteps.value;
  const isRunning = testState.value === 'running' || testState.value === 'stopping';
  if (destination.value === null || (phase.value !== 'open' && testState.value === 'never')) {
    return (
      <div class="nothing">
        <Icon of={FlaskConical} size={32} />
        <strong>Connect and sign in first</strong>
        <p>
          The self-test then creates, renames, fills, searches and deletes mailboxes of its own on that
          server, and says what does not work.
        </p>
      </div>
    );
  }
  return (
    <div class="self-test">
      <Setup />
      {phase.value === 'open' && state.value === 'NONAUTH' && !isRunning && (
        <p class="bar bar-note">Nobody is signed in: the self-test needs user and password.</p>
      )}
      {isRunning && (
        <progress
          class="test-progress"
          aria-label="Commands done"
          max={Math.max(plan.length, steps.length + 1)}
          value={steps.length}
        />
      )}
      <Result />
      {steps.length > 0 && (
        <ol class="test-steps" aria-label="Steps" aria-live="off">
          {steps.map((step, at) => (
            <StepRow key={at} step={step} at={at} />
          ))}
        </ol>
      )}
    </div>
  );
}
