// Servers to show and test the page with: a throw-away Dovecot, its certificates, a lifelike mailbox.
export { makeCertificates, type Certificate, type Certificates } from './certificates.ts';
export type { ConfiguredTarget, PageConfig } from './config.ts';
export { courierMissing, startCourier } from './courier.ts';
export { cyrusMissing, startCyrus } from './cyrus.ts';
export { freePort } from './daemon.ts';
export { hasDovecot, startDovecot, type Dovecot, type DovecotOptions } from './dovecot.ts';
export { startEmbedded, type Embedded, type EmbeddedOptions } from './embedded.ts';
export { modifiedUtf7, type SeedFolder, type SeedMailbox, type SeedMessage } from './mailbox.ts';
export { lateLetter, sampleMailbox } from './sample/index.ts';
export type { ThrowAway, ThrowAwayOptions } from './throw-away.ts';
export { startDemo, type Demo, type DemoOptions } from './demo.ts';
