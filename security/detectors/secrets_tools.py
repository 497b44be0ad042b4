"""Passwords as the tools of administrators, and their files of settings, have them: by their place alone."""

from typing import Final

from security.detectors import secrets_checks as checks
from security.detectors.kind import Kind, Rank
from security.detectors.secrets_forms import BARE, HEX, QUOTED, made
from security.detectors.secrets_forms import password_kind as _password
from security.detectors.secrets_passwords import LOCAL_NAME

_WORD: Final = r"[^\s\"'`]"
_ARGUMENT: Final = rf"\\*[\"']?(?P<value>{_WORD}+)"

TOOLS: Final[tuple[Kind, ...]] = (
    _password(
        "cli_password",
        "User and password before what a tool of Oracle is to do",
        r"\b(?i:impdp|expdp|sqlldr|rman|sqlplus|tkprof|dgmgrl"
        r"|sqlcl)(?:\s+-\w+)*\s+(?:\w+=)?\\*[\"']?[\w$#]+/"
        r"(?P<value>[^\s\"'@/]{3,})",
        (r"(?i:impdp|expdp|sqlldr|rman|sqlplus|dgmgrl|sqlcl)\s+(?:-\w+\s+)*[\w=$#]+/",),
        check=checks.is_password,
        matches=("impdp system/‹k3ttle› directory=DP", "sqlldr userid=jo/‹Kettle9›@orcl control=x.ctl"),
        misses=("expdp /tmp/x", "sqlplus / as sysdba", "impdp help=y"),
    ),
    _password(
        "config_password",
        "Password of an administrator in the settings of CouchDB",
        r"\[admins\]\s+[\w.-]+\s*=\s*(?P<value>\S+)",
        (r"\[admins\]\s+[\w.-]+\s*=",),
        check=checks.is_password,
        matches=("[admins] admin = ‹k3ttle›", "[admins]\njo = ‹kettle-blue›\n"),
        misses=("[admins]\n; admin = mysecretpassword", "[admins] count: 3"),
    ),
    _password(
        "connection_password",
        "Password among the properties of a connection, with whatever signs it has",
        r"(?i:\b(?:Data Source|Server|Host|Addr(?:ess)?|User ?ID|Uid|Username|Database"
        r"|Initial Catalog)\s?=)[^\"'\n;]{1,80};"
        r"(?:[\w .]{2,30}=[^\"'\n;]{0,80};)*(?i:\s?(?:Password|Pwd)\s?=)(?P<value>[^\s;\"'<>]{3,})",
        (r";(?i:\s?(?:Password|Pwd)\s?=)",),
        check=lambda value: not checks.is_place(value),
        matches=(
            'connectionString="Data Source=db;User ID=web;Password=‹njs(A4eX›" x',
            "Server=db;Uid=jo;Pwd=‹k3t)tle›;Ssl=1",
        ),
        misses=("Server=db;Password=;", "Server=db;Uid=jo;Pwd=${PW};"),
    ),
    _password(
        "config_password",
        "Password behind a dotted name of a setting and a blank",
        r"(?:^|[\s\"'])(?:[a-zA-Z][\w-]*\.)+(?i:password|passwd|passphrase"
        r"|secret)[ \t]+(?P<value>[^\s=:\"']{4,})",
        (r"\.(?i:password|passwd|passphrase|secret)[ \t]+[^\s=:\"'-]{4}",),
        check=checks.is_told,
        confidence=0.7,
        matches=("hibernate.connection.password ‹k3ttle›", "spark.ssl.password ‹さくら_app643›"),
        misses=("db.password is not set", "spring.datasource.password property", "a.secret missing"),
    ),
    _password(
        "cli_password",
        "Password of an archive",
        r"\b(?i:rar|unrar|7z[azr]?)(?:\.exe)?\s(?:[^|;&\n]{0,120}?\s)?-h?p(?P<value>[^\s\"'-][^\s\"']{3,})",
        (r"\b(?i:rar|unrar|7z[azr]?)(?:\.exe)?\s[^|;&\n]*-h?p[^\s-]",),
        check=checks.is_password,
        matches=("rar x -hp‹k3ttle› a.rar", "7z a -p‹Kettle9› -mhe b.7z x"),
        misses=("unrar x a.rar", "7z x -pa"),
    ),
    _password(
        "config_password",
        "Password, or its hash, of root in an answer file",
        r"\brootpw\s+(?:--(?:plaintext|iscrypted|allow-ssh)\s+)*(?P<value1>[^\s-]\S{2,})"
        r"|\bpasswd/(?:root|user)-password(?:-again|-crypted)?\s+password\s+(?P<value2>\S+)",
        (r"\brootpw\s", r"passwd/(?:root|user)-password"),
        check=checks.is_password,
        matches=(
            "rootpw --plaintext ‹França@41›",
            "rootpw ‹{SSHA}k3ttle9›",
            "d-i passwd/root-password password ‹gpO5lq~@D›",
        ),
        misses=("rootpw --lock", "d-i passwd/root-login boolean true"),
    ),
    _password(
        "config_password",
        "Password of who binds to a directory",
        r"\b(?:root)?bindpw\s+\\*[\"']?(?P<value>[^\s\"'=:]+)",
        (r"\b(?:root)?bindpw\s",),
        check=checks.is_password,
        matches=("bindpw ‹saudade_admin111›", 'rootbindpw "‹k3ttle›"'),
        misses=("bindpw is missing", "bindpw: "),
    ),
    _password(
        "password_pair",
        "Secret of a user, beside the name of the user",
        r"(?i:\b(?:user(?:name|_?id)?|login|account|principal|client_?id|email))\\*[\"']?\s?(?:=>"
        r"|[:=])\s?\\*[\"']?[\w.@+-]+\\*[\"']?"
        r"(?:,\s?|;\s?|\s)\\*[\"']?(?i:secret|pass|key|pin|pw|credential)\\*[\"']?\s?(?:=>|[:=])\s?"
        r"(?:'(?P<value1>[^'\n]+)'|\\*\"(?P<value2>[^\"\\\n]+))",
        (r"(?i:secret|pass|key|pin|pw|credential)\\*[\"']?\s?(?:=>|[:=])\s?\\*[\"'][^\"'\n]",),
        check=checks.is_told,
        confidence=0.7,
        matches=(
            "Credentials{user='sync', secret='‹K@czk#1›'}",
            '{"session"=>{"login"=>"ida", "pin"=>"‹40400087›"}}',
            '"username": "jo", "pass": "‹kettle›"',
        ),
        misses=("user='jo', key='id'", 'login="jo" name="kettle"', "user='jo', secret='null'"),
    ),
    _password(
        "code_password",
        "Password in a map of Clojure, or in a constant with its type",
        r"(?:^|[\s({\[]):(?:[\w-]+-)?(?:password|passwd|passphrase|pass|pwd)\s+\\*\"(?P<value1>[^\"\\\n]+)"
        r"|(?i:\b\w*(?:password|passwd|passphrase|pwd)\w*)\s?:\s?(?:&(?:'\w+ )?)?(?:str|String|string"
        r"|CharSequence|\[u8\])\??"
        r"\s?=\s?b?\\*\"(?P<value2>[^\"\\\n]+)",
        (
            r":(?:[\w-]+-)?(?:password|passwd|passphrase|pass|pwd)\s+\\*\"",
            r"(?i:password|passwd|passphrase|pwd)\w*\s?:\s?(?:&(?:'\w+ )?)?(?:str|String|string"
            r"|\[u8\])\??\s?=",
        ),
        check=checks.is_password,
        matches=(
            ':user "jo" :password "‹rusty velvet copper›"',
            'const PASSWORD: &str = "‹sakura#6639›";',
            'val dbPassword: String = "‹k3ttle›"',
        ),
        misses=(':password ""', 'let password: String = ""', "password: string = getenv(x)"),
    ),
    _password(
        "cli_password",
        "Hash of a password with which a tool logs in",
        r"\b(?i:evil-winrm|crackmapexec|netexec|nxc|psexec(?:\.py)?|wmiexec(?:\.py)?|smbexec(?:\.py)?"
        r"|atexec(?:\.py)?"
        r"|secretsdump(?:\.py)?|xfreerdp|impacket-\w+|pth-\w+|mimikatz)\s[^|;\n]{0,200}?"
        r"(?:-H|-hashes|/ntlm:|/pth:|--pw-nt-hash|/rc4:)\s?(?P<value>:?[0-9a-fA-F]{32}(?::[0-9a-fA-F]{32})?)",
        (r"(?:-H|-hashes|/ntlm:|/pth:|--pw-nt-hash|/rc4:)\s?:?[0-9a-fA-F]{16}",),
        not_before="0-9A-Za-z",
        rank=Rank.NAMED + 1,
        matches=(
            f"evil-winrm -i 192.0.2.1 -u jo -H ‹{made(32, HEX)}›",
            f"secretsdump.py -hashes ‹:{made(32, HEX)}› jo@192.0.2.1",
        ),
        misses=("evil-winrm -i 192.0.2.1 -H", f"git log -H {made(32, HEX)}"),
    ),
    _password(
        "password_sent",
        "Password that SMTP was sent in base64",
        r"\b334 UGFzc3dvcmQ6(?:\\+[rn]|\s)+(?:[C>-]+:?\s?)?(?P<value>[A-Za-z0-9+/]{4,}={0,2})",
        (r"334 UGFzc3dvcmQ6",),
        rank=Rank.NAMED + 1,
        matches=("S: 334 UGFzc3dvcmQ6 C: ‹azN0dGxl›", "334 UGFzc3dvcmQ6\\r\\n‹a2V0dGxlLWJsdWU=›\\r\\n"),
        misses=("S: 334 UGFzc3dvcmQ6", "334 VXNlcm5hbWU6 am8="),
    ),
    _password(
        "config_password",
        "User and password of a host to which mail is relayed",
        r"\[[\w.-]+\]:\d{2,5}\s+[\w.@+-]+:(?P<value>\S+)",
        (r"\[[\w.-]+\]:\d{2,5}\s+[\w.@+-]+:",),
        check=checks.is_password,
        matches=("[smtp.h.example]:587 jo@h.example:‹s@ud@d3!!›", "[mail.h.example]:465\tjo:‹k3ttle›"),
        misses=("[api.h.example]:443 GET", "[h.example]:22 jo"),
    ),
    _password(
        "config_password",
        "Password behind a user, each behind its name and a blank",
        r"\b(?i:user(?:name)?|login|account)\s+[\w.@+-]+\s+(?:(?:[a-z][\w-]*\s+)?\S+\s+){0,2}?"
        r"(?:insecure-)?password\s+"
        r"\\*[\"']?(?P<value1>[^\s\"']+)"
        r"|\bmailbox \d+ (?:password|pin|passcode) (?P<value2>\d{4,12})",
        (r"\s(?:insecure-)?password\s+[^\s:=]", r"\bmailbox \d+ (?:password|pin|passcode) \d"),
        check=lambda value: checks.is_told(value) or (value.isdigit() and len(value) >= _PIN),
        confidence=0.7,
        matches=(
            "account default user x passwordeval off password ‹k3ttle›",
            "user admin insecure-password ‹doa7Zg@wJ›",
            "voicemail: mailbox 100 password ‹57873947›",
        ),
        misses=(
            "user jo changed password again",
            "login failed: password mismatch",
            "user jo password reset",
        ),
    ),
    _password(
        "wifi_password",
        "Key of a wireless network in its profile",
        r"<(?i:keyMaterial|networkKey|wpaPassphrase|presharedkey|psk)>(?P<value>[^<\n]+)</",
        (r"<(?i:keyMaterial|networkKey|wpaPassphrase|presharedkey|psk)>",),
        check=checks.is_password,
        matches=("<keyMaterial>‹doudou_srv979›</keyMaterial>", "<psk>‹k3ttle blue›</psk>"),
        misses=("<keyMaterial></keyMaterial>", "<psk>null</psk>"),
    ),
    _password(
        "cli_password",
        "Password that a test of RADIUS sends",
        r"\bradtest\s+(?:-\S+\s+(?:\w+\s+)?)*\S+\s+(?P<value>\S+)\s+\S+\s+\d+\s",
        (r"\bradtest\s",),
        check=checks.is_password,
        matches=("radtest jo ‹k3ttle› localhost 0 x", "radtest -x jo ‹O7#:E6VC› 192.0.2.1:1812 10 x"),
        misses=("radtest jo", "radtest: no route"),
    ),
    _password(
        "cli_password",
        "Secret of a client in a test of RADIUS",
        r"\bradtest\s+(?:-\S+\s+(?:\w+\s+)?)*\S+\s+\S+\s+\S+\s+\d+\s+(?P<value>\S+)",
        (r"\bradtest\s",),
        check=checks.is_password,
        matches=("radtest jo pw localhost 0 ‹Fy6IAEvY›", "radtest jo pw h.example 10 ‹kettle9›"),
        misses=("radtest jo pw", "radtest: no route"),
    ),
    _password(
        "cli_password",
        "Password as the short option of a tool for machines and monitors",
        rf"\b(?:racadm|check_\w+|omsa|omconfig|storcli|perccli|ilorest|hponcfg|xcrun|notarytool"
        rf"|ipmi-\w+|virt-\w+|vim-cmd"
        rf"|govc|esxcli|powercli|hammer|katello|knife|salt\w*|nagios\w*|zabbix_\w+|icingacli|mongodump"
        rf"|mongorestore"
        rf"|mongoexport|mysqldump|mysqladmin|pt-\w+|xtrabackup|cqlsh|nodetool|wsadmin\S*|jboss-cli\S*"
        rf"|weblogic\S*)\s"
        rf"(?:[^|;&\n]{{0,200}}?\s)?-p\s+(?:{QUOTED}|(?P<value>[^\s\"'$-][^\s\"']*))",
        (
            r"\b(?:racadm|check_\w+|omconfig|storcli|ilorest|xcrun|notarytool|ipmi-\w+|virt-\w+|govc"
            r"|esxcli|hammer|knife"
            r"|zabbix_\w+|mongo(?:dump|restore|export)|mysql(?:dump|admin)|nodetool|wsadmin\S*"
            r"|jboss-cli\S*)\s[^|;&\n]*-p\s",
        ),
        check=lambda value: checks.is_password(value) and not value.isdigit(),
        matches=(
            "racadm -r 192.0.2.1 -u root -p ‹k3ttle› getsysinfo",
            "check_mysql -H db -u jo -p ‹kettle9›",
        ),
        misses=("check_tcp -H db -p 5432", "nodetool -p 7199 status"),
    ),
    _password(
        "url_password",
        "Password in an address of a share, behind a domain and a user",
        r"\b(?i:smb|cifs|afp|nfs)://(?:[^\s/;:@]+;)?[^\s/:@;]+:(?P<value>[^\s/@]+)@",
        (r"\b(?i:smb|cifs|afp|nfs)://[^\s/@]+:[^\s/@]+@",),
        check=checks.is_password,
        rank=Rank.NAMED + 2,
        matches=("smb://ACME;jo:‹k9%3Fa!yt›@fs01/share", "cifs://jo:‹k3ttle›@192.0.2.1/x"),
        misses=("smb://fs01/share", "smb://jo@fs01/share"),
    ),
    _password(
        "password_line",
        "Password that was typed behind a prompt, to the end of its line",
        r"(?:^|\n|\\n)(?:[\w.@-]+'s )?[Pp]assword(?: for '?[\w.@-]+'?)?: "
        r"(?P<value>[^\s\"'<>\[\]{}]{6,64})(?:\r?\n|$|\\n)",
        (r"(?:^|\n|\\n)(?:[\w.@-]+'s )?[Pp]assword(?: for '?[\w.@-]+'?)?: \S",),
        check=checks.is_strong,
        confidence=0.75,
        rank=Rank.NAMED + 1,
        matches=("su - jo\nPassword: ‹qu,:&uGwx=V›", "Password for jo: ‹k3ttle,9›\n"),
        misses=("Password: required", "Password: \nlogin"),
    ),
    _password(
        "snmp_password",
        "Password with which a user of SNMPv3 says who it is",
        r"\bcreateUser\s+(?:-e \S+ )?\S+\s+(?:MD5|SHA[\w-]*)\s+\\*[\"']?(?P<value>[^\"'\\\s]"
        r"(?:[^\"'\\\n]*[^\"'\\\s])?)\\*[\"']"
        r"|\bcreateUser\s+(?:-e \S+ )?\S+\s+(?:MD5|SHA[\w-]*)\s+(?P<value2>[^\s\"']+)",
        (r"\bcreateUser\s",),
        check=checks.is_password,
        matches=('createUser jo SHA "‹saddle walnut›" AES x', "createUser jo MD5 ‹k3ttle99› DES y"),
        misses=("createUser jo", "createUser failed SHA"),
    ),
    _password(
        "snmp_password",
        "Password with which a user of SNMPv3 encrypts",
        r"\bcreateUser\s+(?:-e \S+ )?\S+\s+(?:MD5|SHA[\w-]*)\s+(?:\\*\"[^\"\n]*\"|\S+)\s+(?:DES"
        r"|AES[\w-]*)\s+\\*[\"']?"
        r"(?P<value>[^\s\"']+)",
        (r"\bcreateUser\s",),
        check=checks.is_password,
        matches=('createUser jo SHA "saddle" AES "‹d%&G^Vqo›"', "createUser jo MD5 x DES ‹k3ttle99›"),
        misses=("createUser jo", "createUser jo SHA x"),
    ),
    _password(
        "store_password",
        "Secret that is put into a store of keys and values",
        r"\b(?:consul kv put|etcdctl(?: --\S+)* put|(?:redis-cli"
        r"|valkey-cli)\s(?:[^|;&\n]{0,80}\s)?(?i:set)|zkCli\S* (?:create|set)"
        rf"|credhub set -n|chamber write|gopass insert)\s+\S*(?i:passw|passwd|secret|token|api_?key"
        rf"|credential)\S*\s+{_ARGUMENT}",
        (
            r"\b(?:consul kv put|etcdctl(?: --\S+)* put|(?i:set)|zkCli\S* create|chamber write)\s+\S*"
            r"(?i:passw|passwd|secret|token|api_?key|credential)\S*\s",
        ),
        check=checks.is_password,
        confidence=0.75,
        matches=("consul kv put app/db/password ‹密码!›", "etcdctl put /app/api_key ‹k3ttle9›"),
        misses=("consul kv put app/db/host db1", "etcdctl put /app/password"),
    ),
    _password(
        "config_password",
        "Password in a line of settings of a server",
        r"\bldap_default_authtok\s*=\s*(?P<value1>\S+)|\bstats auth [\w.@-]+:(?P<value2>\S+)"
        r"|\$USER\d+\$\s?=\s?(?P<value3>\S+)|\b(?:sv|rcon|g|server)_password\s+\\*\"?(?P<value4>[^\s\"\\]+)"
        r"|\bPASSWORD \w+ = (?P<value5>\S+)|\bnmcli\s[^\n]{0,120}?\bpassword\s+\\*[\"']?(?P<value6>[^\s\"']+)"
        r"|\bwpa_passphrase\s+\S+\s+(?P<value7>\S+)",
        (
            r"\bldap_default_authtok|\bstats auth |\$USER\d+\$\s?=|(?:sv|rcon|g|server)_password\s"
            r"|\bPASSWORD \w+ = "
            r"|\bwpa_passphrase\s",
            r"\bnmcli\s[^\n]*\bpassword\s",
        ),
        check=checks.is_password,
        matches=(
            "ldap_default_authtok = ‹Ci@0!›",
            "stats auth admin:‹hUy:hvaFoK›",
            "$USER5$=‹0m1Kc2h#CIJB› dbpass",
            "sv_password ‹YmcGeSv2QB6H›",
            "PASSWORD kibana_system = ‹6aKx0WBC4FIoaK›",
            "nmcli dev wifi connect Home password ‹Kevät!›",
            "wpa_passphrase Home ‹k3ttle-blue›",
        ),
        misses=("stats auth failed", "rcon_password is unset", "PASSWORD for = "),
    ),
    _password(
        "cli_password",
        "Password joined to a user in an option of a command",
        r"\b(?:rpcclient|smbclient|smbmap|net (?:rpc|ads)|winexe|wmic"
        r"|nmblookup)\s(?:[^|;\n]{0,120}?\s)?-U\s?\\*[\"']?[\w.\\/@-]+%"
        r"(?P<value1>[^\s\"']+)"
        r"|\b(?:etcdctl|http|https|xh|influx|elasticdump|neo4j-admin|mc|ab|hey|siege"
        r"|wrk)\s(?:[^|;\n]{0,120}?\s)?"
        r"(?:--user|--auth|-a|-A)[= ]\\*[\"']?[\w.@-]+:(?P<value2>[^\s\"':]+)",
        (r"-U\s?\\*[\"']?[\w.\\/@-]+%", r"(?:--user|--auth|\s-a|\s-A)[= ]\\*[\"']?[\w.@-]+:[^\s\"':]"),
        check=checks.is_password,
        matches=(
            'rpcclient -U "admin%‹Hr@d3c!!›" 192.0.2.1',
            "etcdctl --user root:‹Polska5652› get /a",
            "http -a jo:‹k3ttle› https://h.example",
        ),
        misses=("smbclient -U jo //h/x", "etcdctl --user root get /a", "docker run --user 1000:1000 x"),
    ),
    _password(
        "cli_password",
        "Password of a user, or of an owner, of a document",
        r"\bqpdf\s(?:[^|;\n]{0,80}?\s)?--(?:encrypt|password=?)\s?(?P<value>[^\s\"']+)",
        (r"\bqpdf\s[^|;\n]*--(?:encrypt|password)",),
        check=checks.is_password,
        matches=("qpdf --encrypt ‹UYFQVV4D6ury0g› x 256 -- a b", "qpdf --password=‹k3ttle› --decrypt a b"),
        misses=("qpdf --check a.pdf",),
    ),
    _password(
        "cli_password",
        "Password of an owner of a document",
        r"\bqpdf\s(?:[^|;\n]{0,80}?\s)?--encrypt\s\S+\s(?P<value>[^\s\"']+)\s(?:40|128|256)\s",
        (r"\bqpdf\s[^|;\n]*--encrypt",),
        check=checks.is_password,
        matches=("qpdf --encrypt u ‹y6SQ5WO8OmT1› 256 -- a b", "qpdf --encrypt '' ‹k3ttle› 128 -- a b"),
        misses=("qpdf --check a.pdf",),
    ),
    _password(
        "mysql_cli_password",
        "Password in a quoted option of MySQL's client",
        r"\b(?:mysql\w*|mariadb\w*)\s[^|;\n]{0,120}?'-p(?P<value>[^']+)'",
        (r"\b(?:mysql\w*|mariadb\w*)\s[^|;\n]*'-p",),
        check=checks.is_password,
        matches=("+ mysql -uroot '-p‹otter-pickle-cactus›' -e x", "mysqldump -u jo '-p‹k3ttle›' orders"),
        misses=("mysql '-p' x", "mysql -u jo -p"),
    ),
    _password(
        "snmp_password",
        "Password with which a command of SNMPv3 encrypts",
        r"\bsnmp\w+\s[^|;\n]{0,200}?-X\s+\\*[\"']?(?P<value>[^\s\"']+)",
        (r"\bsnmp\w+\s[^|;\n]*-X\s",),
        check=checks.is_password,
        matches=("snmpget -v3 -u mon -A x9 -x AES -X ‹pErfDfUZ9› h", "snmpwalk -X '‹k3ttle9›' h"),
        misses=("snmpget -v2c -c x h",),
    ),
    _password(
        "redis_password",
        "Password of a user in a rule of Redis, and of who logs in",
        r"\buser \S+ (?:on|off)\s(?:[^>\n]{0,60}\s)?>(?P<value1>\S+)"
        r"|^AUTH (?:[\w.-]+ )?(?P<value2>\S{6,})\s*$",
        (r"\buser \S+ (?:on|off)\s", r"^AUTH \S"),
        check=checks.is_strong,
        rank=Rank.NAMED + 1,
        matches=("user worker on >‹5WkcR^uKN=ls8› ~jobs:* +@all", "AUTH ‹Kf+aZYhlRgvh›"),
        misses=("user jo on leave > friday", "AUTH LOGIN", "AUTH failed"),
    ),
    _password(
        "code_password",
        "Second of a pair that a client logs in with",
        r"(?i:\bauth|credentials|basic_?auth"
        r"|http_?auth)\\*[\"']?\s?[=:]\s?[(\[]\s?\\*[\"'][^\"'\n]{1,64}\\*[\"'],\s?\\*[\"']"
        r"(?P<value1>[^\"'\n]{3,})\\*[\"']\s?[)\]]"
        r"|(?i:\b\w*(?:login|log_?on|authenticate|sign_?in))\(\s?\\*[\"']?[\w.@-]+\\*[\"']?,\s?\\*[\"']?"
        r"(?P<value2>[^\s\"',()]{6,})\\*[\"']?\)",
        (
            r"(?i:auth|credentials)\\*[\"']?\s?[=:]\s?[(\[]\s?\\*[\"']",
            r"(?i:login|log_?on|authenticate|sign_?in)\(\s?\\*[\"']?[\w.@-]+\\*[\"']?,",
        ),
        check=checks.is_strong,
        matches=(
            "driver auth=('neo4j', '‹velvet-tundra9›')",
            "TRACE AuthService.login(admin, ‹84HFOTNUx6›) entered",
        ),
        misses=("auth=('jo', 'none')", "login(user, password)", "signIn(jo, request)"),
    ),
    _password(
        "form_password",
        "Value that a field of a form for passwords got, or that was refused in it",
        r"(?i:type=\\*[\"']?password\\*[\"']?)[^\"\n]{0,40}?value[^\"\n=]{0,20}[=:]? ?\\*\""
        r"(?P<value1>[^\"\\\n]+)"
        r"|\"field\"\s?:\s?\"\w*(?i:password|passwd|passphrase|pin)\w*\"\s?,[^{}\n]{0,80}?"
        r"\"(?:rejectedValue|value|input|received)\"\s?:\s?\"(?P<value2>[^\"\n]+)\"",
        (
            r"(?i:type=\\*[\"']?password)[^\"\n]*\"",
            r"\"field\"\s?:\s?\"\w*(?i:password|passwd|passphrase|pin)",
        ),
        check=checks.is_password,
        matches=(
            '[type=password] field value changed: "‹gVQ{7+zULOjW›"',
            '{"field":"password","rejectedValue":"‹m0nk3y!!›","message":"x"}',
        ),
        misses=('input type=password name="pw"', '{"field":"city","rejectedValue":"k3ttle"}'),
    ),
    _password(
        "registry_password",
        "Password that is written to the registry of Windows",
        r"(?i:/v \w*password\w*\s[^\n]{0,80}?/d)\s+\\*[\"']?(?P<value>[^\s\"']+)",
        (r"(?i:/v \w*password\w*\s[^\n]*/d)\s",),
        check=checks.is_password,
        matches=(
            r'reg add "HKLM\Winlogon" /v DefaultPassword /t REG_SZ /d ‹28Doudou+winter› /f',
            'REG ADD x /v Password /d "‹k3ttle›"',
        ),
        misses=("reg query x /v DefaultPassword", "reg add x /v PasswordExpires /d"),
    ),
    _password(
        "password_hash",
        "Hash of a password by its form: of phpass, and of PostgreSQL",
        r"(?P<value1>\$[PH]\$[./0-9A-Za-z]{31})|[\"'](?P<value2>md5[0-9a-f]{32})[\"']",
        (r"\$[PH]\$[./0-9A-Za-z]{8}", r"[\"']md5[0-9a-f]{8}"),
        rank=Rank.SHAPE,
        confidence=0.95,
        matches=(
            "VALUES (1,'jo','‹$P$B6wg0Cszec.fSGU8m/2/c/.niHw8Ahj›')",
            f'"legacy" "‹md5{made(32, HEX)}›"',
        ),
        misses=("cost $P$ 12", f"md5 {made(32, HEX)}"),
    ),
    _password(
        "password_said",
        "Password that a message gives on a line of its own",
        r"(?i:following|this|initial(?: admin)?|generated) password[^\n:]{0,60}:\s*\n+\s*"
        r"(?P<value1>\S{6,64})\s*\n"
        r"|(?i:\bnew (?:pw|pwd|pass)) (?P<value2>[^\s:=]{6,})",
        (
            r"(?i:following|this|initial(?: admin)?|generated) password[^\n:]*:\s",
            r"(?i:\bnew (?:pw"
            r"|pwd|pass)) \S",
        ),
        check=checks.is_strong,
        confidence=0.86,
        rank=Rank.NAMED + 1,
        matches=(
            f"Please use the following password to proceed to installation:\n\n‹{made(32, HEX)}›\n\nThis may",
            "new pw ‹4DdjrAxVW4› for acct 36",
        ),
        misses=("the following password is wrong", "new pass required"),
    ),
    _password(
        "config_password",
        "Pass phrase of several words, to the end of its line",
        r"(?:^|\n|\s|\\n)[\w.-]*(?i:passphrase)\s?[=:]\s?(?P<value>\p{L}+(?: \p{L}+){3,11})(?:\s*$|\n|\\n)",
        (r"(?i:passphrase)\s?[=:]\s?\pL+ ",),
        check=checks.is_password,
        rank=Rank.NAMED + 1,
        matches=(
            "PASSPHRASE=‹ribbon thunder nimble velvet willow›",
            "backup.passphrase: ‹otter pickle cactus sun›\n",
        ),
        misses=("passphrase: must not be empty or null", "PASSPHRASE=one two"),
    ),
    _password(
        "voip_password",
        "Secret of a telephone that registers",
        r"(?i:\b(?:PJSIP|SIP|IAX2?|REGISTER|peer|friend|extension|trunk)\b)[^\n]{0,100}?\b(?i:secret"
        r"|auth_?pass)\s?=>?\s?(?P<value>[^\s,;\"']{4,})",
        (r"(?i:PJSIP|SIP|IAX2?|REGISTER|peer|friend|extension|trunk)[^\n]*\b(?i:secret|auth_?pass)\s?=",),
        check=checks.is_password,
        matches=(
            "PJSIP: REGISTER sip:100@pbx, secret=‹43Marlboro+Tokyo›",
            "peer 200 secret=‹k3ttle› host=dynamic",
        ),
        misses=("sip peer secret=", "SIP trunk secret=${PW}"),
    ),
    _password(
        "password_told",
        "Password that a tool made, that was decoded, that a network has",
        r"\brandom_password\.[\w.\[\]\"]+:[^\n]{0,60}?\bresult=(?P<value1>[^\[\]\s]+)"
        r"|(?i:\bbasic)[^\n]{0,24}?(?i:decoded)[^\n]{0,12}?\s[\w.@-]+:(?P<value2>\S+)"
        r"|\bPSK(?: secret(?: for \S+)?)?\s?[:=]?\s?\\*\"(?P<value3>[^\"\\\n]{8,63})"
        r"|(?i:password|passwd|passphrase)\s+old=\S+\s+new=(?P<value4>\S+)"
        r"|\s--user[= ][\w.@-]+:(?P<value5>[^\s:\"']*[^\s:\"'\d][^\s:\"']*)",
        (
            r"\brandom_password\.",
            r"(?i:\bbasic)[^\n]*(?i:decoded)",
            r"\bPSK(?: secret(?: for \S+)?)?\s?[:=]?\s?\\*\"",
            r"(?i:password|passwd|passphrase)\s+old=",
            r"\s--user[= ][\w.@-]+:",
        ),
        check=checks.is_password,
        rank=Rank.NAMED + 1,
        matches=(
            "module.rds.random_password.master: Creation complete [result=‹giuJ2jy@f7-y6n5n›]",
            '"Authorization: Basic" decoded -> jo:‹lfcF%%cj18BtERPVdq›',
            'SSID "Praxis" PSK "‹lemon ladder pilot anchor›" channel 11',
            'loaded PSK secret for vpn-6: "‹E!m?D-mfq=qY›"',
            "property changed: mail.smtp.password old=<unset> new=‹crocodile-rock5›",
            "401 for https://h.example --user jo:‹dCs18jaY!ru›",
        ),
        misses=("random_password.master: Creating...", "basic auth decoded", 'PSK "" missing'),
    ),
    _password(
        "password_local",
        "Password that a sentence in another language gives, whatever comes behind it",
        rf"{LOCAL_NAME}(?: [^\s:=\"',;?!]+){{1,3}}? (?:est|es|ist|è|é|é|to|je|is|är|er|on|lautet"
        rf"|jest) (?:{QUOTED}|{BARE})",
        (rf"{LOCAL_NAME} ",),
        within=checks.bare_strong,
        confidence=0.8,
        matches=(
            "le mot de passe provisoire est ‹Daisy.Bell19!83›, à modifier",
            "hasło do panelu to ‹redsox04›, proszę zmienić",
        ),
        misses=("le mot de passe provisoire est expiré", "hasło do panelu to nie wszystko"),
    ),
)
_PIN: Final = 4
