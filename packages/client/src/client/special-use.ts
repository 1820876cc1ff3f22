// What a mailbox is for: as the server says it (RFC 6154, XLIST), or, on request, as its name says it.

import { isInbox } from '../wire/mailbox-name.ts';
import type { ListedMailbox } from '../wire/list.ts';

/** What a mailbox is for. */
export type SpecialUse =
  | 'inbox'
  | 'all'
  | 'archive'
  | 'drafts'
  | 'flagged'
  | 'important'
  | 'junk'
  | 'sent'
  | 'trash';

/** Attributes in lower case; the last ones are those of XLIST. */
const byAttribute = new Map<string, SpecialUse>([
  ['\\all', 'all'],
  ['\\archive', 'archive'],
  ['\\drafts', 'drafts'],
  ['\\flagged', 'flagged'],
  ['\\important', 'important'],
  ['\\junk', 'junk'],
  ['\\sent', 'sent'],
  ['\\trash', 'trash'],
  ['\\inbox', 'inbox'],
  ['\\allmail', 'all'],
  ['\\starred', 'flagged'],
  ['\\spam', 'junk'],
]);

/** What mail programs and servers call them, in lower case. */
const names: Readonly<Partial<Record<SpecialUse, string>>> = {
  archive: 'archive,archives,archiv,archief,archivo,archivio,arquivo,archiwum,архив,归档,アーカイブ',
  drafts:
    'drafts,draft,entwürfe,entwurf,brouillons,borradores,bozze,rascunhos,concepten,utkast,kladder,luonnokset,' +
    'wersje robocze,szkice,koncepty,черновики,чернетки,taslaklar,草稿,草稿箱,下書き,임시보관함',
  junk:
    'junk,spam,junk e-mail,junk email,junk mail,bulk mail,spamverdacht,unerwünscht,junk-e-mail,courrier indésirable,' +
    'indésirables,correo no deseado,posta indesiderata,lixo eletrônico,ongewenste e-mail,skräppost,søppelpost,' +
    'roskaposti,wiadomości-śmieci,спам,нежелательная почта,垃圾邮件,迷惑メール,스팸',
  sent:
    'sent,sent items,sent mail,sent messages,sent-mail,gesendet,gesendete elemente,gesendete objekte,envoyés,' +
    'messages envoyés,éléments envoyés,enviados,elementos enviados,inviati,posta inviata,inviata,itens enviados,' +
    'verzonden,verzonden items,skickat,sendt,sendte elementer,lähetetyt,wysłane,elementy wysłane,odeslané,odoslané,' +
    'отправленные,надіслані,gönderilmiş öğeler,已发送,已发邮件,送信済み,보낸편지함',
  trash:
    'trash,bin,deleted,deleted items,deleted messages,papierkorb,gelöschte elemente,gelöschte objekte,corbeille,' +
    'éléments supprimés,papelera,elementos eliminados,cestino,posta eliminata,lixeira,itens excluídos,prullenbak,' +
    'verwijderde items,papperskorgen,borttaget,papirkurv,slettede elementer,roskakori,kosz,elementy usunięte,koš,' +
    'удаленные,корзина,кошик,silinmiş öğeler,已删除,已删除邮件,ゴミ箱,휴지통',
};

/**
 * What the mailbox is for; null where that is not known.
 *
 * @param byName takes the names that are usual for it too, where the server says nothing: on the top level, or
 * directly below INBOX. A guess; a mailbox that another one is told to be should come before it.
 */
export function specialUse(
  { name, delimiter, attributes }: Pick<ListedMailbox, 'name' | 'delimiter' | 'attributes'>,
  { byName = false }: { readonly byName?: boolean } = {},
): SpecialUse | null {
  if (isInbox(name)) return 'inbox';
  for (const attribute of attributes) {
    const use = byAttribute.get(attribute.toLowerCase());
    if (use !== undefined) return use;
  }
  if (!byName) return null;
  const levels = delimiter === null ? [name] : name.split(delimiter);
  const own = isInbox(levels[0] ?? '') ? levels.slice(1) : levels;
  if (own.length !== 1) return null;
  const wanted = own[0]!.normalize('NFC').toLowerCase();
  const found = Object.entries(names).find(([, list]) => list.split(',').includes(wanted));
  return found === undefined ? null : (found[0] as SpecialUse);
}
