// The configuration of a throw-away Dovecot 2.3: everything below one folder, ports of its own, root or not.

export interface DovecotSettings {
  readonly folder: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly listen: string;
  readonly format: 'sdbox' | 'mdbox' | 'maildir';
  readonly chain: string;
  readonly key: string;
  /** The login and group names that Dovecot runs its own processes as; undefined for root's defaults. */
  readonly self?: { readonly user: string; readonly group: string };
  readonly mailUid: number;
  readonly mailGid: number;
  /** More lines for the end of the file. */
  readonly extra: string;
}

const location = { sdbox: 'sdbox:~/sdbox', mdbox: 'mdbox:~/mdbox', maildir: 'maildir:~/Maildir:LAYOUT=fs' };
const specialUse = ['Drafts', 'Sent', 'Archive', 'Junk', 'Trash'];

export function dovecotConfig(settings: DovecotSettings): string {
  const { folder, self } = settings;
  // An ordinary user may not chroot, and owns all processes.
  const unrooted = self === undefined ? '' : 'chroot =';
  return `
base_dir = ${folder}/run
state_dir = ${folder}/state
instance_name = throw-away-${settings.port}
log_path = ${folder}/dovecot.log
log_timestamp = "%Y-%m-%d %H:%M:%S "
protocols = imap
listen = ${settings.listen}
shutdown_clients = yes
${self === undefined ? '' : `default_internal_user = ${self.user}\ndefault_internal_group = ${self.group}\ndefault_login_user = ${self.user}`}
mail_uid = ${settings.mailUid}
mail_gid = ${settings.mailGid}
first_valid_uid = 1
first_valid_gid = 1
default_process_limit = 200
default_client_limit = 2000
auth_worker_max_count = 2
auth_failure_delay = 0
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
disable_plaintext_auth = yes

service anvil {
  client_limit = 5000
  # Failed sign-ins would slow down all later ones from the same address.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
  ${unrooted}
}
service auth {
  client_limit = 5000
}
service imap-login {
  inet_listener imap {
    port = ${settings.port}
  }
  inet_listener imaps {
    port = ${settings.tlsPort}
    ssl = yes
  }
  service_count = 0
  process_min_avail = 1
  ${unrooted}
}
service imap {
  process_min_avail = 2
  service_count = 100
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
  ${unrooted}
}

ssl = yes
ssl_cert = <${settings.chain}
ssl_key = <${settings.key}
ssl_min_protocol = TLSv1.2

passdb {
  driver = passwd-file
  args = username_format=%u ${folder}/users
}
userdb {
  driver = passwd-file
  args = username_format=%u ${folder}/users
  default_fields = home=${folder}/home/%u
}

mail_location = ${location[settings.format]}
mail_fsync = never
mailbox_list_index = yes
imap_metadata = yes
mail_attribute_dict = file:%h/dovecot-attributes
mail_max_userip_connections = 1000
mail_plugins = quota zlib notify
protocol imap {
  mail_plugins = $mail_plugins imap_quota imap_zlib
  mail_max_userip_connections = 1000
}
plugin {
  quota = count:User quota
  quota_rule = *:storage=5G
  quota_vsizes = yes
}
namespace inbox {
  inbox = yes
  separator = /
${specialUse.map((name) => `  mailbox ${name} {\n    special_use = \\${name}\n    auto = subscribe\n  }`).join('\n')}
}
${settings.extra}
`;
}
