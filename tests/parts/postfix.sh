#!/usr/bin/env bash
# A private Postfix (Debian's) on a loopback port: TLS required, every mail for example.com into the Maildir FOLDER/mail/all/new.
#   postfix.sh start FOLDER PORT     FOLDER holds cert.pem and key.pem; needs root, as Postfix itself does
#   postfix.sh stop FOLDER
set -euo pipefail
PATH=$PATH:/usr/sbin
folder=$2
if [ "$1" = stop ]; then
  exec postfix -c "$folder/etc" stop
fi
port=$3
mkdir -p "$folder"/{etc,spool,data,mail/all}
chmod 755 "$folder" "$folder/etc"
chown postfix "$folder/data"
chown -R 65534:65534 "$folder/mail"
cp /etc/postfix/dynamicmaps.cf "$folder/etc/" 2>/dev/null || true
cat > "$folder/etc/main.cf" <<CONFIG
compatibility_level = 3.6
queue_directory = $folder/spool
data_directory = $folder/data
mail_owner = postfix
setgid_group = postdrop
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
sendmail_path = /usr/sbin/sendmail
newaliases_path = /usr/bin/newaliases
mailq_path = /usr/bin/mailq
myhostname = smtp.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
default_transport = error:only example.com is served here
virtual_mailbox_domains = example.com
virtual_mailbox_base = $folder/mail
virtual_mailbox_maps = static:all/
virtual_minimum_uid = 1
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_tls_cert_file = $folder/cert.pem
smtpd_tls_key_file = $folder/key.pem
smtpd_tls_security_level = encrypt
smtpd_recipient_restrictions = permit_mynetworks, reject
maillog_file_prefixes = /
maillog_file = $folder/postfix.log
CONFIG
sed -E "s/^smtp( +inet)/127.0.0.1:$port\1/" /usr/share/postfix/master.cf.dist | awk -v at="127.0.0.1:$port" '$1 == at { $5 = "n" } { print }' > "$folder/etc/master.cf"
grep -q '^postlog' "$folder/etc/master.cf" || echo 'postlog unix-dgram n - n - 1 postlogd' >> "$folder/etc/master.cf"
exec postfix -c "$folder/etc" start
