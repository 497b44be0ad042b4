"""Secrets on command lines and in connection strings."""

import functools
from typing import Final

from security.detectors import masks, secrets_checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_checks import is_password, is_strong
from security.detectors.secrets_forms import ALNUM, EDGE, HEX, LOWER, QUOTED, entry, made, password_kind

_DIGITS: Final = 6  # fewer are a port
_WORDS: Final = 6  # more are a sentence, or a statement
_COMMAND: Final = r"(?:^|[^\w.-])"
_FLAG_OF_WORDS: Final = (
    r"(?i:\w*(?:password|passwd|passphrase|passcode)|(?:(?:src|dest)?(?:store|key)|src|dest|user|db|proxy|root|admin|login"
    r"|smtp|mail"
    "|auth|new|old|my|sudo|bind|ssh|ftp|ldap)?_?(?:pass|pwd|pw)|passwort|kennwort|senha|contrasena|wachtwoord"
    "|authpass|privpass)"
)
_FLAG_OF_KEYS: Final = (
    r"\w*(?i:secret|token|pat|(?:api|access|secret|private|license|signing|encryption|hmac|master|shared"
    r"|account"
    "|storage|auth|deploy|admin|service|app|application|session|webhook|client)[_-]?key"
    "|secret[_-]key[_-]base)"
)
_LEAD: Final = len(r"[ \"'`\[,;(]")


def _flag(names: str) -> str:
    return (
        rf"(?:^|[\s\"'`\[,;(])(?:--?|/)(?:[\w-]*-)?{names}\d?(?:\\*[\"']?[ \t]*,[ \t]*|[ \t]+|[=:])"
        rf"(?:{QUOTED}|(?P<value9>(?:-[^\sA-Za-z-]|[^\s\"'\\-])[^\s\"'\\]*))"
    )


def _flag_hint(names: str) -> str:
    return rf"[ \"'`\[,;(](?:--?|/)[\w-]*{names}\d?[ \t=:\"',\\]"


#: Behind a mark of its own, so that it is surer than one behind a name.
_password: Final = functools.partial(password_kind, rank=Rank.NAMED + 5, confidence=0.9)

COMMANDS: Final[tuple[Kind, ...]] = (
    _password(
        "password_flag",
        "Password as an option of a command",
        _flag(_FLAG_OF_WORDS),
        (_flag_hint(_FLAG_OF_WORDS), f"^{_flag_hint(_FLAG_OF_WORDS)[_LEAD:]}"),
        within=secrets_checks.flag_password,
        confidence=0.8,
        matches=(
            "run --password ‹k3ttle›",
            "deploy --db-pass '‹blue kettle›' --now",
            "['--password', '‹k3ttle›']",
            "keytool -storepass ‹k3ttle› -list",
            "keytool -srcstorepass ‹k3ttle› -deststorepass ‹Blue9pot›",
        ),
        misses=("--password-file /run/x", "use --password to set one", "--pass=${PW}", "--password -u jo"),
    ),
    entry(
        "secret_flag",
        "Key or token as an option of a command",
        _flag(_FLAG_OF_KEYS),
        (_flag_hint(_FLAG_OF_KEYS), f"^{_flag_hint(_FLAG_OF_KEYS)[_LEAD:]}"),
        within=secrets_checks.flag_key,
        rank=Rank.NAMED - 1,
        confidence=0.8,
        matches=(
            f"run --token ‹{made(32)}› now",
            f"--api-key=‹{made(32, HEX)}›",
            f'["--client-secret", "‹{made(40)}›"]',
        ),
        misses=("--token-ttl 24h", "pass --token to log in", "--key order-service-v2"),
    ),
    _password(
        "mysql_cli_password",
        "Password glued to the option of a command",
        rf"{_COMMAND}(?:mysql\w*|mariadb[\w-]*|7z|7za|7zz|unrar|rar|sshpass|xtrabackup|innobackupex|mydumper"
        rf"|percona"
        r"|pt-[a-z-]+|mysqlsh)\s(?:[^"
        rf"|;&\n]{{0,200}}?\s)?-p(?:{QUOTED}|(?P<value>[^\s\"'|;&][^\s\"'|;]*))"
        # its arguments one by one, as audits, shells of containers and programs tell them
        r"|[\"'](?:[\w./-]*/)?(?:mysql\w*|mariadb[\w-]*|7zz?a?|rar|sshpass)\\*[\"'][ ,][^\n]{0,200}?"
        r"[\"']-p(?:\\*[\"'],? (?:a\d+=)?\\*[\"'])?(?P<value9>[^\s\"'\\]+)\\*[\"']",
        (
            r"(?:mysql\w*|mariadb[\w-]*|7zz?a?|rar|sshpass|xtrabackup|pt-[a-z-]+)\s[^\n|;&]*?-p",
            r"(?:mysql\w*|mariadb[\w-]*|7zz?a?|rar|sshpass)\\*[\"'][ ,][^\n]*?[\"']-p",
        ),
        check=is_password,
        matches=(
            "mysql -u root -p‹k3ttle› orders",
            "7z a -p‹kettle› x.7z x",
            "sshpass -p‹k3ttle› ssh jo@h",
            "mysqldump -uroot -p'‹blue, kettle›' orders",
            'type=EXECVE argc=4 a0="mysql" a1="-u" a2="root" a3="-p‹k3ttle›"',
            'a0=\\"sshpass\\" a1=\\"-p\\" a2=\\"‹k3ttle›\\"',
            "['/usr/bin/mysql', '-uroot', '-p‹k3ttle›', 'orders']",
        ),
        misses=(
            "mysql -u root -p",
            "mysql -u root -p -h db",
            "mysql -p$PASSWORD",
            'a0="mysql" a1="-u" a2="root" a3="-p"',
        ),
    ),
    _password(
        "cli_password",
        "Password as the short option of a command",
        rf"{_COMMAND}(?:(?:sshpass|(?:docker|podman|buildah|skopeo|helm|az|oc|cf|nerdctl"
        rf"|crane|oras|registry|vault|argocd|gcloud|aws|ibmcloud)\s(?:[^|;&\n]{{0,60}}?\s)?login|mongo\w*"
        rf"|clickhouse-client"
        r"|sqlcmd|bcp|isql|tsql|osql|kafkacat|az|oc|rabbitmqadmin|ipmitool|snmpwalk|xfreerdp|rdesktop"
        r"|wfreerdp"
        r"|cqlsh|mosquitto_(?:pub|sub|rr)|influx|cypher-shell|evil-winrm|crackmapexec|netexec|nxc|useradd"
        r"|usermod"
        r"|lpass|keytool|pkcs12|nats|ncftp\w*|lftp|impala-shell|beeline|vsql|nzsql|tdsql|hdbsql|arangosh"
        r"|couchbase-cli"
        rf"|cbq|asadmin|hydra|medusa|winexe|wmiexec|net rpc|expect|dbeaver|psexec(?:64)?(?:\.exe)?|paexec"
        rf"|certutil|altool|kadmin|ykman"
        rf"|smbmap|security (?:unlock|create|add|import|set)[\w-]*)\s(?:[^|;&\n]{{0,200}}?\s)?-[pPwWk]"
        rf"|ssh-keygen\s(?:[^|;&\n]{{0,200}}?\s)?-[NP]"
        rf"|(?i:schtasks|taskkill|tasklist|systeminfo|wevtutil|driverquery|getmac|openfiles|gpresult"
        rf"|eventcreate|signtool)"
        rf"(?:\.exe)?\s(?:[^|;&\n]{{0,200}}?\s)?/(?i:r?p)"
        rf"|redis-cli\s(?:[^|;&\n]{{0,200}}?\s)?-a|ldap(?:search|modify|add|passwd|whoami"
        rf"|delete|compare|modrdn)\s(?:[^|;&\n]{{0,200}}?\s)?-[ws]|(?:un)?zip\s(?:[^"
        rf"|;&\n]{{0,100}}?\s)?-P|(?:plink|putty|pscp|psftp|klink)(?:\.exe)?\s(?:[^|;&\n]{{0,200}}?\s)?-pw"
        rf"|snmp\w+\s(?:[^|;&\n]{{0,200}}?\s)?-[AXc]|swaks\s(?:[^|;&\n]{{0,200}}?\s)?-ap"
        rf"|openssl\s(?:[^|;&\n]{{0,200}}?\s)?-(?:k|K|pass))\s+(?:{QUOTED}|(?P<value>[^\s\"'$-][^\s\"']*))",
        (
            r"(?:sshpass|login|mongo\w*|clickhouse-client|sqlcmd|bcp|[it]sql|osql|kafkacat|rabbitmqadmin"
            r"|ipmitool|snmpwalk|freerdp|rdesktop|psexec|zip|oc|az|cqlsh|mosquitto_[a-z]+|influx|cypher-shell"
            r"|winrm|exec|nxc|useradd|usermod|ftp\w*|impala-shell|beeline|[vz]sql|arangosh|couchbase-cli"
            r"|asadmin"
            r")\s[^\n|;&]*-[pPw]\s",
            r"(?:redis-cli|ldap[a-z]+|snmp[a-z]+|plink|putty|pscp|psftp|swaks|openssl)(?:\.exe)?\s[^\n|;&]*-"
            r"(?:[awsAXckK]|pw|ap|pass)\s",
            r"(?:ssh-keygen|security|certutil|altool|kadmin|ykman|smbmap)\s[^\n|;&]*-[NPpwWk]\s",
            r"(?i:schtasks|tasklist|taskkill|systeminfo|wevtutil|query|getmac|openfiles|gpresult|create"
            r"|signtool)"
            r"[^\n|;&]*/(?i:r?p)\s",
        ),
        check=lambda value: is_password(value) and not (value.isdigit() and len(value) < _DIGITS),
        matches=(
            "sshpass -p ‹k3ttle› ssh jo@h",
            "docker login -u jo -p ‹k3ttle› r.example",
            "redis-cli -h r -a '‹kettle›' ping",
            "ldapsearch -D cn=jo -w ‹k3ttle› -b x",
            "sshpass -p '‹blue kettle›' scp a jo@h:",
            "plink -ssh jo@h -pw ‹k3ttle› ls",
            "mosquitto_pub -h mq -u jo -P ‹kettle› -t x",
            r"psexec \\h.example -u CORP\jo -p ‹kettle› cmd",
            'ssh-keygen -t ed25519 -N "‹kettle!›" -f id',
            "schtasks /create /tn job /ru jo /rp ‹kettle›",
            "security unlock-keychain -p ‹kettle› login.keychain",
        ),
        misses=("docker run -p 8080:80 x", "mongo -p 27017", "redis-cli -h r ping", "mkdir -p kettle"),
    ),
    _password(
        "cli_password",
        "Password in its place among the arguments of a command",
        r"(?i:\bnet1?(?:\.exe)? user \S+ )(?P<value1>[^\s\"'/*]\S*)(?i:\s+/)"
        r"|(?i:\bnet1?(?:\.exe)? user \S+ )(?P<value2>[^\s\"'/*]\S*)(?:\s*$|[\"'])"
        r"|(?i:\bnet1?(?:\.exe)? use (?:\S+ )?\\\\+\S+ )(?P<value3>[^\s\"'/*]\S*)"
        r"|(?i:\brabbitmqctl (?:[^|;\n]{0,80} )?(?:add_user|change_password|authenticate_user) \S+ )[\"']?"
        r"(?P<value4>[^\s\"']+)"
        r"|\b(?:cf auth|wpa_passphrase|vncpasswd -f <<<|pdbedit -a|smbpasswd -a|asadmin change-admin-password"
        r"|rclone obscure"
        r"|ldappasswd -s|mc alias set \S+ \S+) (?:\S+ )?[\"']?(?P<value5>[^\s\"'-][^\s\"']*)"
        r"|\bnmcli [^|;\n]{0,120}?(?:password|wifi-sec\.psk|psk) [\"']?(?P<value6>[^\s\"']+)"
        r"|(?i:[/-](?:p|pass|password|pw|rp|user:\S+ /password)):[\"']?(?P<value7>[^\s\"'/:]\S*?)[\"']?(?:\s"
        r"|$|[\"'])"
        r"|(?i:\bdb2 connect to \S+ user \S+ using )[\"']?(?P<value8>[^\s\"']+)"
        r"|(?i:\.logon \S+/[\w.-]+,)(?P<value9>[^\s\"';]+)"
        r"|\baws configure set \w*(?:secret|token)\w* [\"']?(?P<value91>[^\s\"']+)"
        r"|\b(?:lftp|ncftp\w*) [^|;\n]{0,80}?-u [\"']?[\w.@+-]+,(?P<value92>[^\s\"']+)"
        r"|\b(?:mount|mount\.cifs) [^|;\n]{0,200}?\bpass(?:word)?=(?P<value93>[^\s\"',]+)"
        r"|\b(?:samba-tool user (?:create|add)|mysqladmin [^|;\n]{0,80}?password"
        r"|dscl \S+ -passwd) (?:/?[A-Z]?[\w./@-]+ )?"
        r"[\"']?(?P<value94>[^\s\"'-][^\s\"']*)"
        r"|\b(?:user_pw|owner_pw|input_pw) [\"']?(?P<value95>[^\s\"']+)"
        r"|\bqpdf [^|;\n]{0,80}?--encrypt [\"']?(?P<value96>[^\s\"'-][^\s\"']*)",
        (
            r"(?i:\bnet1?(?:\.exe)? user? )",
            r"\b(?:rabbitmqctl|cf auth|wpa_passphrase|vncpasswd|pdbedit|smbpasswd|asadmin|rclone obscure"
            r"|ldappasswd"
            r"|mc alias set|nmcli|aws configure set|lftp|ncftp\w*|mount(?:\.cifs)?|db2 connect) ",
            r"(?i: [/-](?:p|pass|password|pw|rp)):",
            r"(?i:\.logon )|samba-tool user |mysqladmin |dscl \S+ -passwd |_pw |qpdf ",
        ),
        check=is_password,
        confidence=0.8,
        matches=(
            "net user jo ‹kettle› /add",
            r"net use Z: \\h\share ‹k3ttle› /user:CORP\jo",
            r'"msg":"net use Z: \\\\h\\share ‹kettle› /user:CORP\\jo"',
            "rabbitmqctl add_user jo ‹kettle›",
            "xfreerdp /u:jo /p:‹k3ttle› /v:h",
            "cmdkey /add:h /user:jo /pass:‹kettle›",
            "nmcli dev wifi connect office password ‹kettle›",
            "samba-tool user create jo ‹kettle›",
            "pdftk a.pdf output b.pdf user_pw ‹kettle›",
        ),
        misses=(
            "net user jo",
            "net user jo /delete",
            "net use Z: /delete",
            "net user jo * /add",
            "schtasks /query /tn job",
            "nmcli dev status",
        ),
    ),
    entry(
        "secret_command",
        "Secret that a command stores",
        r"\b(?:(?:gh|glab) (?:secret|variable) set|az keyvault secret set|aws (?:secretsmanager|ssm) [a-z-]+"
        r"|doppler secrets set"
        r"|travis env set|netlify env:set|pulumi config set(?: --secret)?|dotnet user-secrets set|(?:fly"
        r"|flyctl) secrets set"
        r"|keyctl (?:add|padd)|secret-tool store|conjur variable set|chamber write"
        r"|confd set)\s(?:[^|;&\n]{0,120}?\s)?"
        r"(?:--(?:body|value|secret-string|secret-value|secret)|-b|-v)[ =]"
        rf"(?:{QUOTED}|(?P<value>[^\s\"'$|-][^\s\"']*))",
        (
            r"(?:secrets? set|variable set|secretsmanager [a-z-]+|ssm [a-z-]+|env:? ?set|config set"
            r"|user-secrets set|keyctl"
            r"|secret-tool|chamber write|confd set)\s[^\n|;&]* -[a-z-]+[ =]",
        ),
        check=lambda value: not secrets_checks.is_place(value),
        rank=Rank.NAMED - 1,
        confidence=0.85,
        matches=(
            f'gh secret set API_TOKEN --body "‹{made(40)}›"',
            "aws ssm put-parameter --name /db/password --value ‹kettle›",
            "az keyvault secret set --vault-name v --name db --value '‹blue kettle›'",
        ),
        misses=("gh secret set API_TOKEN < token.txt", 'gh secret set X --body "${TOKEN}"', "gh secret list"),
    ),
    _password(
        "curl_user_password",
        "User and password as the option of a command",
        rf"{_COMMAND}(?:curl|http|https|xh|wget|ab|smbclient|hey|siege)\s(?:[^"
        rf"|;\n]{{0,300}}?\s)?(?:-u|--user|--proxy-user|-U|-a"
        rf"|--auth)[ =]?\s*\|?[\"']?[^\s:\"'%]{{1,64}}[:%](?P<value>[^\s\"']+)",
        (
            r"(?:curl|https?|xh|wget|ab|smbclient|hey|siege)\s[^\n|;]*(?:-u|-U|-a|--user"
            r"|--proxy-user|--auth)[ =]?\s*\|?[\"']?[^\s:\"'%]+[:%]",
        ),
        check=is_password,
        matches=(
            "curl -u jo:‹k3ttle› https://h.example",
            "curl -s --user 'jo:‹kettle›' h",
            "smbclient //h/s -U jo%‹k3ttle›",
        ),
        misses=("curl -u jo https://h.example", "curl -u jo:$PW h.example"),
    ),
    _password(
        "piped_password",
        "Password that a command hands to another",
        rf"(?:echo|printf)\s(?:-[neE]+ |\\*[\"']?%s(?:\\+n)?\\*[\"']? )?(?:{QUOTED}|(?P<value>[^\s\"'"
        rf"|]+)) ?\| ?(?:sudo (?:-\w* )*-\w*S"
        r"|(?:docker|podman|helm|az|gh|oc|npm|skopeo|crane|nerdctl|oras|vault)\s[^|;\n]{0,100}?(?:login|-)"
        r"|su\b|kinit|passwd"
        r"|cryptsetup|gpg|openssl|ssh-add|sudo passwd|sudo tee [^|\s]*pass|htpasswd|psql|mysql|base64"
        r"|sha\d+sum|md5sum|wpa_)",
        (
            r"\| ?(?:sudo|docker|podman|helm|az|gh|oc|npm|vault|su|kinit|passwd|cryptsetup|gpg|openssl"
            r"|htpasswd"
            r"|psql|base64"
            r"|sha\d+sum|md5sum|wpa_)",
        ),
        check=lambda value: (
            is_password(value)
            and "$" not in value[:1]
            and ":" not in value[1:-1]
            and len(value.split()) <= _WORDS
        ),
        matches=(
            "echo ‹k3ttle› | sudo -S reboot",
            "echo -n '‹blue kettle›' | docker login -u jo --password-stdin h",
            'printf "%s" "‹blue kettle›" | vault login -method=userpass password=-',
        ),
        misses=("echo hello | sudo tee x", "echo $PW | sudo -S reboot", 'echo "select 1; -- x:y" | psql'),
    ),
    _password(
        "piped_password",
        "Password behind a user, or in an option, that a command hands to another",
        r"(?:echo|printf)\s(?:-[neE]+ )?\\*[\"'][\w.@+-]+:(?P<value1>[^\"\n|]+?)(?:\\n)?\\*[\"'] ?\| ?"
        r"(?:sudo )?chpasswd"
        r"|(?:echo|printf)\s(?:-[neE]+ )?[\w.@+-]+:(?P<value2>[^\s\"'|]+) ?\| ?(?:sudo )?chpasswd"
        r"|chpasswd <<< ?[\"']?[\w.@+-]+:(?P<value3>[^\s\"']+)"
        r"|openssl [^|;\n]{0,200}?-pass(?:in|out)? pass:(?P<value4>[^\s\"']+)"
        r"|(?i:net use [^|;\n]{0,100}?/user:\S+ )(?P<value5>[^\s\"'/]\S*)"
        r"|htpasswd (?:-\w+ )*-(?:\w*nb|\w*bn)\w* (?:-\w+ )*[^\s-]\S* [\"']?(?P<value9>[^\s\"']+)"
        r"|htpasswd (?:-\w+ )*-\w*b\w* (?:-\w+ )*[^\s-]\S* [^\s-]\S* [\"']?(?P<value6>[^\s\"']+)"
        r"|(?:passwd|smbpasswd|cryptsetup|kinit|psql|su|sudo)\b[^|;\n]{0,80}<<< ?[\"']?(?P<value7>[^\s\"']+)"
        r"|\bsend (?:-- )?\\*\"(?P<value8>[^\"\\\s]+)\\+r",
        (
            r"\| ?(?:sudo )?chpasswd",
            r"<<<",
            r"-pass(?:in|out)? pass:",
            r"(?i:net use )",
            r"htpasswd (?:-\w+ )*-\w*b",
            r"\bsend (?:-- )?\\*\"",
        ),
        check=is_password,
        matches=(
            "echo 'jo:‹kettle›' | chpasswd",
            'echo "jo:‹blue kettle›" | sudo chpasswd',
            "chpasswd <<< jo:‹kettle›",
            "openssl rsa -passin pass:‹k3ttle› -in k",
            "htpasswd -bc users jo ‹k3ttle›",
            "htpasswd -b -c /etc/nginx/users jo ‹k3ttle›",
            "htpasswd -nbB jo ‹k3ttle›",
        ),
        misses=("echo a:b | sudo tee x", "openssl rsa -passin env:PW", "chpasswd < users"),
    ),
    _password(
        "powershell_password",
        "Password in a command of PowerShell",
        rf"(?i:ConvertTo-SecureString)\s+(?:-\w+\s+)*{QUOTED}",
        ("(?i:ConvertTo-SecureString)",),
        check=is_password,
        matches=(
            "ConvertTo-SecureString '‹k3ttle›' -AsPlainText -Force",
            'ConvertTo-SecureString -String "‹blue kettle›"',
        ),
        misses=("ConvertTo-SecureString $pw -AsPlainText", "ConvertTo-SecureString -String $env:PW"),
    ),
    _password(
        "ftp_password",
        "Password in a command of FTP or POP3",
        r"(?:^|[\s\"'<>\]:|])PASS (?:(?P<value1>[^\s\"'<>/\\|]+)(?:\\+[rn]|[\"'<>]|\|\w+[:=]|\s*$)"
        r"|(?P<value2>[0-9A-Za-z]{10,})(?:\s|$))",
        (r"PASS [^\s\"'<>/\\|]+(?:\\+[rn]|[\"'<>|]|\s*$)", r"PASS [0-9A-Za-z]{10}"),
        check=secrets_checks.is_sent,
        confidence=0.6,
        matches=("> PASS ‹k3ttle›", '"msg":"PASS ‹Barcelona›"', "PASS ‹kettle.orange.teapot›"),
        misses=("PASS src/kettle.test.js", "PASS", "PASS kettle.js", "--- PASS: TestKettle (0.00s)"),
    ),
    _password(
        "ftp_password",
        "User and password in commands of FTP, of POP3, of IMAP and of Redis",
        r"\bUSER [\w.@+-]+(?:\\+[rn]|[\s,;|>])+PASS (?P<value1>[^\s\"'\\]+)"
        r"|\b(?:[A-Za-z]{0,2}\d+ )LOGIN \\*\"?[\w.@+-]+\\*\"? (?:\\*\"(?P<value5>[^\"\\]+)"
        r"|(?P<value2>[^\s\"'\\]+))"
        r"|(?:redis\S*> ?|[\"'] ?|[\]>] )AUTH (?:[a-z_]+ )?\\*[\"']?(?P<value3>[^\s\"'\\]+)\\*[\"']?(?:\s*$"
        r"|[\"'])"
        r"|\bHELLO 3 AUTH \S+ (?P<value4>\S+)",
        (r"USER [\w.@+-]+(?:\\+[rn]|\W)+PASS ", r"\d LOGIN ", r"\bAUTH [\w\"'\\]"),
        check=is_password,
        confidence=0.8,
        matches=(
            "USER jo PASS ‹kettle›",
            "USER jo\\r\\nPASS ‹orange.pot›\\r\\n",
            'a1 LOGIN "jo" "‹kettle›"',
            'a1 LOGIN "jo@h.example" "‹ribbon cactus copper›"',
            "127.0.0.1:6379> AUTH ‹kettle›",
        ),
        misses=("USER jo PASS", "AUTH failed for jo", "USER jo LOGIN ok"),
    ),
    _password(
        "netrc_password",
        "Password in a file of machines",
        r"(?:machine(?:\s|\\+n)+[^\s\\]+|default)(?:\s|\\+n)+login(?:\s|\\+n)+[^\s\\]+(?:\s|\\+n)+"
        r"(?:account(?:\s|\\+n)+[^\s\\]+(?:\s|\\+n)+)?password(?:\s|\\+n)+(?P<value>[^\s\"'\\]+)"
        r"|machine(?:\s|\\+n)+[^\s\\]+(?:\s|\\+n)+password(?:\s|\\+n)+(?P<value2>[^\s\"'\\]+)(?:\s"
        r"|\\+n)+login",
        (r"(?:machine(?:\s|\\+n)+[^\s\\]+|default)(?:\s|\\+n)+(?:login|password)",),
        check=is_password,
        matches=(
            "machine h.example login jo password ‹k3ttle›",
            "machine h\n login jo\n password ‹kettle›",
            "default login jo password ‹kettle›",
        ),
        misses=("machine learning login", "machine h login jo"),
    ),
    _password(
        "pgpass_entry",
        "Password in a line of .pgpass",
        r"(?:^|[\s\"'`])(?:[\w.-]+|\*):(?:\d{4,5}|\*):(?:[\w-]+|\*):[\w.-]+:(?P<value>[^\s:\"']{3,})",
        (r"(?:[\w.-]|\*):(?:5432|5433|6432|6543|\*):(?:[\w-]+|\*):[\w.-]+:",),
        check=is_strong,
        confidence=0.8,
        matches=("db.example:5432:orders:jo:‹k3ttle›", "\n*:5432:*:jo:‹Blue-9›\n"),
        misses=("db:5432:orders", "10:5432:1:2:34"),
    ),
    _password(
        "pgpass_entry",
        "Password of letters or digits alone in a line of .pgpass",
        r"(?:^|[\s\"'`:])(?:[\w.-]+|\*):(?:5432|5433|6432|6543|\*):(?:[\w-]+|\*):[a-z][\w.-]*:"
        r"(?P<value>[^\s:\"'\\]{4,})",
        (r"(?:[\w.-]|\*):(?:5432|5433|6432|6543|\*):(?:[\w-]+|\*):[\w.-]+:",),
        check=is_password,
        confidence=0.75,
        matches=("db.example:5432:orders:jo:‹kettle›", "192.0.2.7:5432:*:jo:‹494641›"),
        misses=("db:5432:orders", "db:5432:orders:jo:error"),
    ),
    _password(
        "login_pair",
        "User and password in one breath",
        r"(?i:(?:log(?:ged|ging)?[ -]?in|sign(?:ed|ing)?[ -]?in|authenticat(?:e|ed|ing)"
        r"|connect(?:ed|ing)?) (?:as|with|using)(?: user)?|credentials?(?: are| is)?[:=]?"
        r"|(?:log[ -]?in|auth(?:entication)?) (?:failed|failure|attempt|error|rejected|denied)"
        r" (?:for|by|with|from)(?: user)?"
        r"|creds[:=]?|logins?[:=]|user/pass(?:word)?[:=]?|user:pass[:=]?)\s+[\"']?"
        r"[\w.@+-]{2,64}[\"']?(?:\s*/\s*|:|\s+/\s+)[\"']?(?P<value>[^\s\"',]{4,})",
        (
            r"(?i:(?:as|with|using|user|for|by|from|credentials?|are|is|creds|logins?"
            r"|pass(?:word)?)[:=]?\s+)[\"']?[\w.@+-]+[\"']?(?:\s*/\s*|:)[\"']?[^\s\"'/]{4}",
        ),
        within=secrets_checks.bare_pair,
        confidence=0.65,
        matches=(
            "login as jo / ‹k3ttle!› failed",
            "credentials: jo:‹Blue#9x›",
            "logged in with jo@example.com:‹K3ttle-9›.",
            "auth failed for jo:‹k3ttle9›",
        ),
        misses=(
            "connecting as jo / orders",
            "login with google/oauth",
            "credentials: user/password",
            "connected with db:5432",
            "authenticate with 2c:83:36:fa:1f:f9",
            "login as jo at 10:45",
        ),
    ),
    _password(
        "login_pair",
        "User and password of letters alone, in one breath",
        r"(?i:\b(?:creds?|credentials?|logins?|user/pass(?:word)?|user:pass(?:word)?|username/password"
        r"|account))"
        r"(?:(?i: (?:are|is|used|for \S+))?[:=]\s*|\s+)\\*[\"']?[\w.@+-]{2,64}\\*[\"']?(?:\s*/\s*|:)\\*[\"']?"
        r"(?P<value1>[^\s\"',/:\\]{4,})\\*[\"']?(?i:\s*$|[\"')]|[.,;!]?\s(?:rejected|accepted|failed|invalid"
        r"|are|is|were|was|worked"
        r"|works|denied|expired|found|used|from|for)\b)"
        r"|(?i:\b(?:log(?:ged|ging)?[ -]?in|sign(?:ed|ing)?[ -]?in|authenticat(?:e|ed|ing)) (?:as|with|using)"
        r"(?: user)?) "
        r"\\*[\"']?[\w.@+-]{2,64}\\*[\"']?(?:\s*/\s*|:)\\*[\"']?(?P<value2>[^\s\"',/:\\]{4,})",
        (
            r"(?i:creds?|credentials?|logins?|pass(?:word)?|account|are|is"
            r"|used)[:=]?\s+\\*[\"']?[\w.@+-]+\\*[\"']?(?:\s*/\s*|:)\\*[\"']?[^\s\"'/]{4}",
            r"(?i:(?:as|with|using|user) )\\*[\"']?[\w.@+-]+\\*[\"']?(?:\s*/\s*|:)\\*[\"']?[^\s\"'/]{4}",
        ),
        within=secrets_checks.bare_second,
        confidence=0.6,
        rank=Rank.NAMED - 1,
        matches=(
            "creds: jo / ‹kettle›",
            "credentials jo:‹orange› rejected",
            "login with jo/‹superman›",
            "login with jo/‹orange.teapot›",
        ),
        misses=(
            "credentials: user/password",
            "login with google/oauth",
            "account: orders/default",
            "logged in as jo / orders",
            "login as jo at 10:45",
        ),
    ),
    _password(
        "login_pair",
        "User and password behind their names and a stroke, and in a file of secrets of PAP and CHAP",
        r"(?i:\b(?:user(?:name)?|login|usr)[/=:][\w.@+-]+[\s,;/&|]+(?:pass(?:word|wd)?|pwd"
        r"|pw)/)(?P<value1>[^\s\"'/,;]+)"
        r"|\\*\"[\w.@*+\\-]+?\\*\"[ \t]+\*[ \t]+\\*\"(?P<value2>[^\"\\]+)\\*\"[ \t]+\*",
        (r"(?i:pass(?:word|wd)?|pwd|pw)/[^\s/]", r"\"[ \t]+\*[ \t]+\\*\"[^\"]+\"[ \t]+\*"),
        within=secrets_checks.bare_password,
        confidence=0.8,
        matches=("user/jo pass/‹kettle›", '"jo" * "‹blue kettle›" *', "login=jo pwd/‹k3ttle›"),
        misses=("user/jo pass/fail", 'a = "b" * 3', "/user/jo/password/reset"),
    ),
    _password(
        "login_pair",
        "User and password in the settings of a relay",
        r"(?i:sasl_passw\w*|password_maps|smtp_auth\w*|relay_auth\w*)\\*[\"']?(?:\s*[=:]\s*|\s+)\\*[\"']?"
        r"(?:static:)?"
        r"(?:[\w.\[\]-]+(?::\d+)?\s+)?[\w.@+-]+:(?P<value>[^\s\"'\\]{3,})",
        (r"(?i:sasl_passw|password_maps|smtp_auth|relay_auth)",),
        check=is_password,
        confidence=0.8,
        matches=(
            "smtp_sasl_password_maps = mail.example jo:‹kettle›",
            "smtp_sasl_password_maps = static:jo:‹k3ttle›",
        ),
        misses=(
            "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd",
            "smtp_sasl_auth_enable = yes",
        ),
    ),
)

CONNECTIONS: Final[tuple[Kind, ...]] = (
    entry(
        "go_data_source",
        "User and password of a database, as drivers of Go write them",
        rf"{EDGE}(?P<value>[\w.%-]+:[^\s\"'@/]+(?:@[^\s\"'@/(]+)?@(?:tcp6?|unix"
        r"|udp)\([^\s()]*\)/?[^\s\"',<>]*)",
        (r"@(?:tcp6?|unix|udp)\(",),
        mask=masks.DATABASE_URL,
        family="database_url",
        rank=Rank.CONTAINER,
        matches=(
            "dsn ‹jo:k3ttle@tcp(db:3306)/shop?parseTime=true› opened",
            '"‹jo:ket@tle@unix(/run/db.sock)/shop›"',
        ),
        misses=("jo@tcp(db:3306)/shop", "listening @tcp(8080)"),
    ),
    _password(
        "jaas_password",
        "Password in the settings of a login module (Kafka)",
        r"LoginModule\s+(?:required|requisite|sufficient"
        rf"|optional)[^;\n]*?\bpassword\s*=\s*(?:{QUOTED}|(?P<value>[^\s\"';\\]+))",
        ("LoginModule",),
        check=is_password,
        rank=Rank.NAMED + 6,
        matches=(
            'ScramLoginModule required username="jo" password="‹k3ttle›";',
            "PlainLoginModule required username=jo password=‹blue9›;",
        ),
        misses=('PlainLoginModule required username="jo";', "LoginModule required"),
    ),
    _password(
        "connection_password",
        "Password with blanks in a connection string",
        r"[A-Za-z] ?=[^;=\n]*; ?(?i:password|pwd) ?= ?(?P<value>[^;\"'\s][^;\"'\n]* [^;\"'\n]*)(?:;|[\"'])",
        (r"; ?(?i:password|pwd) ?= ?[^;\"'\s]+ ",),
        check=is_password,
        matches=(
            "Server=db;User Id=sa;Password=‹blue kettle 9›;Encrypt=true",
            '"Server=db;Uid=sa;Pwd=‹blue kettle›"',
        ),
        misses=("a=1; password=${PW} x;", "Server=db; password= ; x"),
    ),
    _password(
        "oracle_connect_string",
        "User and password of Oracle",
        r"(?:jdbc:oracle:\w+:|sqlplus(?: -\w+)* |exp(?:dp)? |imp(?:dp)? "
        r"|rman target )[\"']?[\w$#.-]{1,30}/(?P<value>[^\s@\"'/]+)@",
        (r"jdbc:oracle:", r"(?:sqlplus|exp(?:dp)?|imp(?:dp)?|rman target) "),
        check=is_password,
        rank=Rank.CONTAINER + 1,
        matches=("jdbc:oracle:thin:jo/‹k3ttle›@//db:1521/x", "sqlplus jo/‹kettle›@orders"),
        misses=("jdbc:oracle:thin:@//db:1521/x", "sqlplus /nolog"),
    ),
    entry(
        "kubernetes_secret",
        "Value in a Secret of Kubernetes",
        r"kind\\*[\"']?:\s*\\*[\"']?Secret\b[^-]*?(?:[^-]|-[^-])*?\b(?:data"
        r"|stringData)\\*[\"']?:\s*\{?\s*(?:\\n\s*)?\\*[\"']?[\w.-]+\\*[\"']?:\s*\\*"
        r"[\"']?(?P<value>[^\s\"'\\,}]{4,})",
        (r"kind\\*[\"']?:\s*\\*[\"']?Secret",),
        rank=Rank.NAMED,
        check=lambda value: not secrets_checks.is_place(value),
        matches=(
            "kind: Secret\nmetadata:\n  name: x\ndata:\n  dsn: ‹azN0dGxlLWJsdWU=›",
            '{"kind":"Secret","data":{"dsn":"‹azN0dGxlLWJsdWU=›"}}',
        ),
        misses=("kind: SecretStore", "kind: Secret\nmetadata:\n  name: x"),
    ),
    entry(
        "kubernetes_bootstrap_token",
        "Token that joins a node to a cluster",
        r"(?i:--token|--discovery-token|bootstrap[_-]?token"
        r"|kubeadm join [^\n]{0,80}--token)\s*[=: ]\s*\\*[\"']?(?P<value>[a-z0-9]{6}\."
        r"[a-z0-9]{16})",
        (r"(?i:--token|--discovery-token|bootstrap[_-]?token)",),
        not_before="0-9A-Za-z",
        rank=Rank.NAMED + 10,
        matches=(
            "kubeadm join h:6443 --token ‹a1b2c3.k3ttl3blu3q9w2e4›",
            "bootstrap_token: ‹z9y8x7.q1w2e3r4t5y6u7i8›",
        ),
        misses=("--token-ttl 24h", "bootstrap-token: none"),
    ),
    entry(
        "kubeconfig_key",
        "Key of a client in a configuration of Kubernetes",
        r"client-key-data\\*[\"']?\s*[:=]\s*\\*[\"']?(?P<value>[0-9A-Za-z+/]{40,}={0,2})",
        ("client-key-data",),
        mask=masks.PRIVATE_KEY,
        family="private_key",
        rank=Rank.SHAPE,
        matches=(f"client-key-data: ‹{made(120, ALNUM)}==›", f'"client-key-data":"‹{made(80, ALNUM)}›"'),
        misses=(f"client-certificate-data: {made(120)}", "client-key-data: none"),
    ),
    entry(
        "swarm_join_token",
        "Token that joins a node to a swarm",
        rf"{EDGE}(?P<value>SWMTKN-1-[0-9a-z]{{50}}-[0-9a-z]{{25}})",
        ("SWMTKN-",),
        matches=(
            f"docker swarm join --token ‹SWMTKN-1-{made(50, LOWER)}-{made(25, LOWER)}›",
            f"token ‹SWMTKN-1-{made(50, LOWER, 's')}-{made(25, LOWER, 's')}› made",
        ),
        misses=("SWMTKN-1-short",),
    ),
)

ON_LINES: Final = (*COMMANDS, *CONNECTIONS)
