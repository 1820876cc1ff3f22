// The console: a prompt, the commands above it with their answers, and a field for each literal.
import { signal } from '@preact/signals';
import { Fragment, type TargetedEvent, type TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { LoaderCircle, SquareTerminal, Square, Trash2 } from 'lucide';
import { count } from '../../mail/format.ts';
import { Dialog } from '../../view/dialog.tsx';
import { Icon, IconButton } from '../../view/icon.tsx';
import {
  lossOf,
  literalOctets,
  maskedCommand,
  readCommand,
  readLogin,
  type TypedCommand,
} from '../command-line.ts';
import { commonStart, complete } from '../completion.ts';
import { mailbox, moments, phase, state } from '../connection.ts';
import {
  clearConsole,
  exchanges,
  history,
  isBusy,
  send,
  stop,
  taggedStatus,
  type Exchange,
} from '../console.ts';
import { MASK } from '../redact.ts';
import { duration } from '../steps.ts';
import { LiteralText } from './literal-text.tsx';
import { showTab } from './tabs.tsx';

const line = signal('');
const literals = signal<readonly string[]>([]);
/** What Tab offers; empty when it has not been asked. */
const offers = signal<readonly string[]>([]);
const offerAt = signal(-1);
/** The password of a LOGIN that is being typed; null for any other command. */
const password = signal<string | null>(null);
const pending = signal<{ readonly command: TypedCommand; readonly loss: string } | null>(null);

function reset(): void {
  line.value = '';
  literals.value = [];
  offers.value = [];
  password.value = null;
}

function dispatch(): void {
  const command = readCommand(line.value);
  if (command === null) return;
  const places = command.texts.length - 1;
  const texts = Array.from({ length: places }, (_, at) => literals.value[at] ?? '');
  void send(line.value, texts, password.value ?? undefined);
  reset();
}

function submit(): void {
  const command = readCommand(line.value);
  if (command === null || isBusy.value) return;
  const loss = lossOf(command, mailbox.value);
  if (loss === null) dispatch();
  else pending.value = { command, loss };
}

function Answer({ exchange }: { exchange: Exchange }) {
  const { outcome, ms, reason, more } = exchange;
  const tone = outcome === 'OK' ? 'ok' : outcome === 'running' ? 'plain' : 'bad';
  return (
    <li class="exchange">
      <div class="exchange-command">
        <span class="exchange-prompt" aria-hidden="true">
          ›
        </span>
        <code>{exchange.command}</code>
        <span class="grow" />
        {outcome === 'running' ? (
          <Icon of={LoaderCircle} size={14} />
        ) : (
          <span class={`badge badge-${tone}`}>{outcome}</span>
        )}
        {ms !== null && <span class="exchange-ms">{duration(ms)}</span>}
      </div>
      {exchange.lines.length > 0 && (
        <div class="exchange-lines">
          {exchange.lines.map((heard) => {
            const status = taggedStatus(heard);
            const kind =
              status !== null
                ? `said said-${status}`
                : heard.isError
                  ? 'said said-NO'
                  : `said said-${heard.from === '·' ? 'note' : heard.from}`;
            return (
              <Fragment key={heard.id}>
                <span class={kind}>
                  <span class="said-from">{heard.from} </span>
                  {heard.text}
                </span>
                {heard.from === 'S' &&
                  heard.literals.map((literal, at) => <LiteralText key={at} of={literal} />)}
              </Fragment>
            );
          })}
        </div>
      )}
      {more > 0 && (
        <p class="exchange-more">
          {count(more)} more lines are in the{' '}
          <button type="button" class="link-button" onClick={() => showTab('transcript')}>
            transcript
          </button>
        </p>
      )}
      {reason !== null && <p class="exchange-reason">{reason}</p>}
    </li>
  );
}

function Output() {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = list.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [exchanges.value]);
  if (exchanges.value.length === 0) {
    return (
      <div class="nothing">
        <Icon of={SquareTerminal} size={32} />
        <strong>Type a command</strong>
        <p>
          {phase.value === 'open'
            ? 'Without a tag; that is put in front. Tab completes what this server knows, the arrow keys bring back what was typed, and {} opens a field for a literal.'
            : 'Connect first; then any command can be sent as it is typed.'}
        </p>
        {phase.value === 'open' && (
          <div class="suggestions">
            {(state.value === 'NONAUTH'
              ? ['CAPABILITY', 'NOOP']
              : ['LIST "" "*"', 'STATUS INBOX (MESSAGES UNSEEN)', 'SELECT INBOX', 'NAMESPACE']
            ).map((text) => (
              <button key={text} type="button" class="chip" onClick={() => void send(text)}>
                <code>{text}</code>
              </button>
            ))}
          </div>
        )}
      </div>
    );
  }
  return (
    <div ref={list} class="console-output" role="log" aria-label="Commands and answers" tabIndex={0}>
      <ol>
        {exchanges.value.map((exchange) => (
          <Answer key={exchange.id} exchange={exchange} />
        ))}
      </ol>
    </div>
  );
}

function completeLine(field: HTMLInputElement): boolean {
  // Tab goes on where there is nothing to complete, so that nobody is caught here.
  if (field.value.trim() === '' || field.selectionStart !== field.value.length) return false;
  if (offers.value.length > 1) {
    const at = (offerAt.value + 1) % offers.value.length;
    offerAt.value = at;
    line.value = line.value.replace(/\S*$/, offers.value[at] ?? '');
    return true;
  }
  const { from, words } = complete(field.value, {
    capabilities: moments.value.at(-1)?.capabilities ?? [],
    state: state.value,
  });
  if (words.length === 0) return false;
  const start = commonStart(words);
  const only = words.length === 1;
  if (only && line.value.slice(from).toUpperCase() === start) return false;
  line.value = line.value.slice(0, from) + start + (only ? ' ' : '');
  offers.value = only ? [] : words;
  offerAt.value = -1;
  return true;
}

function Prompt() {
  const field = useRef<HTMLInputElement>(null);
  const secret = useRef<HTMLInputElement>(null);
  const isOpen = phase.value === 'open';
  const name = {
    NONAUTH: 'not signed in',
    AUTH: 'signed in',
    IDLING: 'idle',
    LOGOUT: 'closed',
    SELECTED: mailbox.value ?? 'selected',
  }[state.value];
  useEffect(() => field.current?.focus(), []);
  useLayoutEffect(() => {
    if (password.value !== null) secret.current?.focus();
  }, [password.value !== null]);

  const onInput = (event: TargetedEvent<HTMLInputElement>) => {
    offers.value = [];
    const typed = event.currentTarget.value;
    const login = readLogin(typed);
    if (login !== null && login.password !== null) {
      // What comes behind the user is a password, and goes on in a field that does not show it.
      line.value = maskedCommand(typed).replace(` ${MASK}`, '');
      password.value = login.password;
      event.currentTarget.value = line.value;
    } else {
      line.value = typed;
      password.value = null;
    }
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    const recall = (text: string | null) => {
      if (text === null) return;
      event.preventDefault();
      reset();
      line.value = text;
    };
    if (event.key === 'ArrowUp') recall(history.previous(line.value));
    else if (event.key === 'ArrowDown') recall(history.next());
    else if (event.key === 'Escape') offers.value = [];
    else if (event.key === 'Tab' && !event.shiftKey && completeLine(event.currentTarget))
      event.preventDefault();
  };

  const places = (readCommand(line.value)?.texts.length ?? 1) - 1;
  return (
    <form
      class="prompt"
      aria-label="Command"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
        field.current?.focus();
      }}
    >
      {offers.value.length > 0 && (
        <div class="offers" role="status" aria-label="Completions">
          {offers.value.map((word, at) => (
            <code key={word} class={at === offerAt.value ? 'offer offer-at' : 'offer'}>
              {word}
            </code>
          ))}
        </div>
      )}
      {Array.from({ length: places }, (_, at) => (
        <label key={at} class="field prompt-literal">
          <span>
            Literal {places > 1 ? at + 1 : ''}{' '}
            <span class="muted">{literalOctets(literals.value[at] ?? '').length} octets</span>
          </span>
          <textarea
            rows={4}
            spellcheck={false}
            value={literals.value[at] ?? ''}
            onInput={(event) => {
              const next = [...literals.value];
              next[at] = event.currentTarget.value;
              literals.value = Array.from(next, (text) => text ?? '');
            }}
          />
        </label>
      ))}
      <div class="prompt-line">
        <label for="command" class="prompt-state">
          {name} ›
        </label>
        <input
          ref={field}
          id="command"
          class="prompt-input"
          aria-label="Command"
          autocomplete="off"
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          placeholder={isOpen ? 'NOOP' : 'Not connected'}
          disabled={!isOpen}
          value={line.value}
          onInput={onInput}
          onKeyDown={onKeyDown}
        />
        {password.value !== null && (
          <input
            ref={secret}
            class="prompt-password"
            type="password"
            aria-label="Password of the LOGIN"
            autocomplete="off"
            placeholder="password"
            value={password.value}
            onInput={(event) => (password.value = event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Backspace' || event.currentTarget.value !== '') return;
              event.preventDefault();
              password.value = null;
              field.current?.focus();
            }}
          />
        )}
        {stop.value === null ? (
          <button
            type="submit"
            class="button"
            disabled={!isOpen || isBusy.value || readCommand(line.value) === null}
          >
            Send
          </button>
        ) : (
          <button type="button" class="button" onClick={() => stop.value?.()}>
            <Icon of={Square} size={14} />
            DONE
          </button>
        )}
        <IconButton
          icon={Trash2}
          name="Clear the console"
          disabled={exchanges.value.length === 0}
          onClick={clearConsole}
        />
      </div>
    </form>
  );
}

function Confirmation() {
  const asked = pending.value;
  if (asked === null) return null;
  const close = () => (pending.value = null);
  return (
    <Dialog title={`Send ${asked.command.verb}?`} role="alertdialog" onClose={close}>
      <p>{asked.loss}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" autofocus onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="button button-bad"
          onClick={() => {
            close();
            dispatch();
          }}
        >
          Send it
        </button>
      </div>
    </Dialog>
  );
}

export function ConsolePanel() {
  return (
    <div class="console">
      <Output />
      <Prompt />
      <Confirmation />
    </div>
  );
}
