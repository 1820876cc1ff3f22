import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anonymous } from './anonymous.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { cramMd5 } from './cram-md5.ts';
import { external } from './external.ts';
import { hmacMd5 } from './md5.ts';
import type { Mechanism } from './mechanism.ts';
import { oauthBearer, xoauth2 } from './oauth.ts';
import { decode, encode } from './octets.ts';

const answer = async (mechanism: Mechanism, challenge: string): Promise<string> =>
  decode(await mechanism.respond(encode(challenge)));

describe('CRAM-MD5', () => {
  it('answers as in RFC 2195', async () => {
    const mechanism = cramMd5('tim', 'tanstaaftanstaaf');
    expect(mechanism.initial).toBeNull();
    expect(await answer(mechanism, '<1896.697170952@postoffice.reston.mci.net>')).toBe(
      'tim b913a602c7eda7a495b4e6e7334d3890',
    );
    expect(() => mechanism.respond(encode('again'))).toThrow('more than CRAM-MD5');
  });

  it.each([0, 1, 55, 56, 63, 64, 65, 119, 200])(
    'digests as others do, %i octets of key and text',
    (length) => {
      const key = new Uint8Array(length).map((_, index) => index * 7);
      const expected = createHmac('md5', key).update(key).digest('hex');
      expect(Buffer.from(hmacMd5(key, key)).toString('hex')).toBe(expected);
    },
  );
});

describe('OAUTHBEARER', () => {
  const token = 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==';

  it('begins as in RFC 7628', () => {
    const { initial } = oauthBearer('user@example.com', token, { host: 'server.example.com', port: 143 });
    expect(toBase64(initial!)).toBe(
      'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRj' +
        'Mk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB',
    );
  });

  it('hides the separators of a name', () => {
    expect(decode(oauthBearer('a=b,c', 't').initial!)).toBe('n,a=a=3Db=2Cc,\x01auth=Bearer t\x01\x01');
  });

  it('tells what the server has said, and gives the answer that it waits for', async () => {
    const mechanism = oauthBearer('user', token);
    const error = fromBase64(
      encode(
        'eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRw' +
          'czovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=',
      ),
    );
    expect(toBase64(await mechanism.respond(error))).toBe('AQ==');
    expect(mechanism.refused!()).toBe(
      '{"status":"invalid_token","scope":"example_scope",' +
        '"openid-configuration":"https://example.com/.well-known/openid-configuration"}',
    );
    expect(() => mechanism.respond(error)).toThrow('more than OAUTHBEARER');
  });
});

describe('XOAUTH2', () => {
  it('begins with user and token', () => {
    const { initial } = xoauth2('someuser@example.com', 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg');
    expect(toBase64(initial!)).toBe(
      'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZ' +
        'Mjl0Q2cBAQ==',
    );
  });

  it('tells what the server has said, never the token, and not without end', async () => {
    const mechanism = xoauth2('user', 'tokentoken');
    expect(mechanism.refused!()).toBe('');
    expect(await answer(mechanism, `{"status":"400","token":"tokentoken"}${' '.repeat(10_000)}`)).toBe('');
    expect(mechanism.refused!()).toContain('{"status":"400","token":"***"}');
    expect(mechanism.refused!().length).toBeLessThan(600);
  });
});

describe('EXTERNAL and ANONYMOUS', () => {
  it.each<[Mechanism, string]>([
    [external(), ''],
    [external('jö'), 'jö'],
    [anonymous(), ''],
    [anonymous('sirhc'), 'sirhc'],
  ])('say one word', (mechanism, word) => {
    expect(decode(mechanism.initial!)).toBe(word);
    expect(() => mechanism.respond(encode(''))).toThrow(`more than ${mechanism.name} has to say`);
  });
});

it.each<[string, () => Mechanism]>([
  ['a token of two words', () => oauthBearer('user', 'a b')],
  ['a token with a line end', () => xoauth2('user', 'a\n')],
  ['no token', () => oauthBearer('user', '')],
  ['a user with a separator', () => xoauth2('a\x01b', 'token')],
  ['a host with a separator', () => oauthBearer('a', 'token', { host: 'a\x01b' })],
  ['a user with NUL', () => external('a\0')],
  ['a trace of two lines', () => anonymous('a\nb')],
  ['a trace that is too long', () => anonymous('a'.repeat(256))],
])('%s is a RangeError that does not show it', (_what, make) => {
  expect(make).toThrow(RangeError);
});
