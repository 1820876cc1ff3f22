// What hoodiecrow does not do, or not as RFC 3501 says, put right through its own hooks.
import type {
  Connection,
  FetchHandler,
  Hoodiecrow,
  SearchHandler,
  StoredMessage,
  Value,
} from 'hoodiecrow-imap';
import { internalDate } from '../mailbox.ts';
import { bodyStructure, envelopeOf, isNode, sectionOf, treeOf } from './mime-answers.ts';
import { readable, type Readable } from './readable.ts';

export function repairs(server: Hoodiecrow): void {
  barePatterns(server);
  fetchItems(server);
  searchDecoded(server);
  notifications(server);
  server.formatInternalDate = internalDate;
}

// Its parser takes `*` for an end where a pattern is not quoted: LIST "" News*
function barePatterns(server: Hoodiecrow): void {
  const pattern = /^(\S+ (?:LIST|LSUB) (?:"(?:[^"\\]|\\.)*"|[^\s"]+)) ([^\s"(]+)$/i;
  server.connectionHandlers.push((connection) => {
    const schedule = connection.scheduleCommand.bind(connection);
    connection.scheduleCommand = (line) => schedule(line.replace(pattern, '$1 "$2"'));
  });
}

// Its own parser re-joins lines, cuts embedded messages short and knows one digit per part number.
function fetchItems(server: Hoodiecrow): void {
  const body: FetchHandler = (_connection, message, query) => {
    const { raw } = message;
    if (query.section === undefined)
      return { type: 'TEXT', value: bodyStructure(raw, treeOf(message), false) };
    const section = sectionOf(message, query.section);
    if (section === undefined) return null;
    const [from, length] = query.partial ?? [];
    const value = from === undefined ? section : section.slice(from, from + (length ?? section.length));
    return { type: 'LITERAL', value };
  };
  Object.assign(server.fetchHandlers, {
    BODY: body,
    'BODY.PEEK': body,
    BODYSTRUCTURE: answer((message) => bodyStructure(message.raw, treeOf(message), true)),
    ENVELOPE: answer((message) => envelopeOf(message.raw, treeOf(message))),
  });
  // An answer names the first octet only: BODY[1]<0>, however many were asked for.
  server.outputHandlers.push((_connection, response, description) => {
    if (description !== 'FETCH' && description !== 'UID FETCH') return;
    response.attributes =
      response.attributes?.map((attribute) =>
        Array.isArray(attribute) ? attribute.map(withoutLength) : attribute,
      ) ?? [];
  });
}

const answer =
  (write: (message: StoredMessage) => string): FetchHandler =>
  (_connection, message) => ({ type: 'TEXT', value: write(message) });

const withoutLength = (value: Value): Value =>
  isNode(value) && value.partial !== undefined ? { ...value, partial: value.partial.slice(0, 1) } : value;

// It searches the bytes as they were sent, so that no encoded text is ever found.
function searchDecoded(server: Hoodiecrow): void {
  const cache = new WeakMap<StoredMessage, Readable>();
  const contains =
    (choose: (mail: Readable) => string): SearchHandler =>
    // oxlint-disable-next-line typescript/max-params -- the number of parameters is the interface
    (_connection, message, _index, value) => {
      let mail = cache.get(message);
      if (mail === undefined) cache.set(message, (mail = readable(message)));
      return choose(mail).includes(Buffer.from(value, 'latin1').toString('utf8').toLowerCase());
    };
  Object.assign(server.searchHandlers, {
    SUBJECT: contains(({ subject }) => subject),
    FROM: contains(({ from }) => from),
    TO: contains(({ to }) => to),
    BODY: contains(({ text }) => text),
    TEXT: contains(({ subject, from, to, text }) => `${subject}\n${from}\n${to}\n${text}`),
  });
}

// Who appends to the mailbox that he has selected hears of it, too; after IDLE news wait for a command again.
function notifications(server: Hoodiecrow): void {
  const append = server.appendMessage.bind(server);
  server.appendMessage = (mailbox, flags, date, raw) => append(mailbox, flags, date, raw);
  server.outputHandlers.push((connection: Connection, _response, description) => {
    if (description === 'IDLE' || description === 'INVALID IDLE') connection.directNotifications = false;
  });
}
