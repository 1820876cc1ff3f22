// SASLprep (RFC 4013): what may stand in user names and passwords, and how it is written, so that the same password
// typed on two keyboards is the same octets. As a query (RFC 3454 7): code points that Unicode did not have yet pass.

/** C.1.2, non-ASCII space characters: become a space. */
const spaces = /[\u{A0}\u{1680}\u{2000}-\u{200B}\u{202F}\u{205F}\u{3000}]/gu;
/** B.1: mapped to nothing. */
const nothings =
  /[\u{AD}\u{1806}\u{200C}-\u{200D}\u{2060}\u{FEFF}]|\u{34F}|[\u{180B}-\u{180D}]|[\u{FE00}-\u{FE0F}]/gu;
/** C.2 to C.9: control, private use, no characters, surrogates, not for text, not for display, tags. */
const prohibited =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u{6DD}\u{70F}\u{180E}\u{200E}\u{200F}\u{2028}-\u{202E}\u{2061}-\u{2063}\u{206A}-\u{206F}\u{2FF0}-\u{2FFB}\u{FFF9}-\u{FFFD}\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}]/u;
/** D.1, as far as scripts tell: written from right to left. */
const rightToLeft = /[\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Syriac}\p{sc=Thaana}]/u;
const notRightToLeft = /(?![\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Syriac}\p{sc=Thaana}])\p{L}/u;

/** @throws RangeError where a character, or a mixture of directions, is not allowed; it does not show the text */
export function saslPrep(text: string): string {
  const prepared = text.replace(spaces, ' ').replace(nothings, '').normalize('NFKC');
  const [first = '', last = ''] = [Array.from(prepared)[0], Array.from(prepared).at(-1)];
  if (prohibited.test(prepared)) {
    throw new RangeError('user and password must not contain control characters or private ones (RFC 4013)');
  }
  const isMixed =
    rightToLeft.test(prepared) &&
    (notRightToLeft.test(prepared) || !rightToLeft.test(first) || !rightToLeft.test(last));
  if (isMixed) {
    throw new RangeError('user and password must not mix directions of writing (RFC 4013 2.4)');
  }
  return prepared;
}
