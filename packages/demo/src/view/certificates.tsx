// The certificates that a server showed, leaf first, and what is wrong with them.
import { Fragment } from 'preact';
import type { CertificateInfo, TlsInfo } from '@imaplib/client';
import { BadgeCheck, ShieldX } from 'lucide';
import { mediumDate } from '../mail/format.ts';
import { Icon } from './icon.tsx';

const commonName = (distinguished: string): string =>
  /^CN=(.*)$/m.exec(distinguished)?.[1] ?? distinguished.replaceAll('\n', ', ');

const oneLine = (distinguished: string): string => distinguished.split('\n').join(', ');

type Fault = 'expired' | 'early' | 'name' | 'issuer' | null;

function faultOf(certificate: CertificateInfo, at: number, last: boolean, reason: string, now: Date): Fault {
  if (new Date(certificate.validTo) < now) return 'expired';
  if (new Date(certificate.validFrom) > now) return 'early';
  if (at === 0 && /ALTNAME|HOSTNAME/.test(reason)) return 'name';
  if (last && /SELF_SIGNED|UNABLE_TO|ISSUER/.test(reason)) return 'issuer';
  return null;
}

function faultWords(fault: Fault, certificate: CertificateInfo, asked: string | null): string {
  switch (fault) {
    case 'expired':
      return `Expired on ${mediumDate(new Date(certificate.validTo))}`;
    case 'early':
      return `Not valid before ${mediumDate(new Date(certificate.validFrom))}`;
    case 'name':
      return `Not for ${asked ?? 'the name that was asked for'}`;
    case 'issuer':
      return certificate.subject === certificate.issuer ? 'Self-signed, not trusted' : 'Issuer not known';
    default:
      return '';
  }
}

function Certificate(props: { of: CertificateInfo; role: string; fault: Fault; asked: string | null }) {
  const { of: certificate, role, fault, asked } = props;
  const day = (iso: string) => mediumDate(new Date(iso));
  return (
    <li class={fault === null ? 'certificate' : 'certificate certificate-bad'}>
      <div class="certificate-head">
        <Icon of={fault === null ? BadgeCheck : ShieldX} />
        <strong>{commonName(certificate.subject)}</strong>
        <span class="muted">{role}</span>
      </div>
      {fault !== null && <p class="certificate-fault">{faultWords(fault, certificate, asked)}</p>}
      <dl class="facts">
        <dt>Subject</dt>
        <dd>{oneLine(certificate.subject)}</dd>
        <dt>Issuer</dt>
        <dd>{oneLine(certificate.issuer)}</dd>
        {certificate.subjectAltName !== null && (
          <>
            <dt>Names</dt>
            <dd>{certificate.subjectAltName.replaceAll(/(?:DNS|IP Address):/g, '')}</dd>
          </>
        )}
        <dt>Valid</dt>
        <dd>
          {day(certificate.validFrom)} – {day(certificate.validTo)}
        </dd>
        <dt>SHA-256</dt>
        <dd class="mono fingerprint">
          {certificate.fingerprint256.split(/(?<=:)/).map((byte, at) => (
            <Fragment key={at}>
              {byte}
              <wbr />
            </Fragment>
          ))}
        </dd>
      </dl>
    </li>
  );
}

export function Certificates({ tls }: { tls: TlsInfo }) {
  const reason = tls.authorizationError ?? '';
  const now = new Date();
  return (
    <section class="certificates">
      <h3>
        Certificates {tls.sni !== null && <span class="muted">asked for {tls.sni}</span>}
        {reason !== '' && <code>{reason}</code>}
      </h3>
      {tls.chain.length === 0 ? (
        <p class="muted">The server sent none.</p>
      ) : (
        <ol aria-label="Certificates">
          {tls.chain.map((certificate, at) => {
            const last = at === tls.chain.length - 1;
            return (
              <Certificate
                key={certificate.fingerprint256}
                of={certificate}
                role={
                  at === 0
                    ? 'the server'
                    : certificate.subject === certificate.issuer
                      ? 'root'
                      : 'intermediate'
                }
                fault={faultOf(certificate, at, last, reason, now)}
                asked={tls.sni}
              />
            );
          })}
        </ol>
      )}
    </section>
  );
}
