"""Logins that failed, and such that did not."""

from typing import Final

from logs.securityevents.detection import BRUTE_FORCE, VALID_ACCOUNTS, Detection, Sort

_WHO: Final = r"[\"'=:\[( ]*(?P<actor>[\w][\w.@+\\-]{0,63})"
_FROM: Final = (
    r"(?:[^\n]{0,80}?\b(?:from|ip|addr|address|client|host|rhost|source)\b"
    r"(?: ip)?[\"'=:/\[ ]+(?P<source>[0-9a-fA-F.:]*[0-9a-fA-F][0-9a-fA-F.:]*[0-9a-fA-F]))?"
)
_LOGIN: Final = r"(?:log[ -]?(?:in|on)|sign[ -]?in|authentication)\b"
_NOUN: Final = r"(?:(?: attempt)?(?: was)?)"
_USER: Final = r"(?:(?:the )?(?:invalid )?(?:user(?:name)?|account|principal))"
_OF: Final = rf"(?:(?: (?:for|by|of)(?: {_USER})?|[,:;]? {_USER}){_WHO})"

LOGINS: Final = (
    Detection(
        "sshd_failed", "SSH login failed", Sort.LOGIN_FAILED, 2, BRUTE_FORCE,
        r"Failed (?:password|publickey|none|keyboard-interactive/pam|gssapi-with-mic) for "
        r"(?:invalid user )?(?P<actor>[^\s]{1,64}) from (?P<source>[^\s]{1,64})",
        (
            "Dec 10 06:55:48 web sshd[24200]: Failed password for invalid user guest from 192.0.2.4"
            " port 38926 ssh2",
            "Failed publickey for root from 2001:db8::7 port 22 ssh2",
        ),
        ("Failed password policy check for new rule", "session opened for user deploy by (uid=0)"),
    ),
    Detection(
        "pam_failed", "PAM authentication failed", Sort.LOGIN_FAILED, 2, BRUTE_FORCE,
        r"pam_\w+\([\w.-]+:auth\): authentication failure;[^\n]{0,120}?rhost="
        r"(?P<source>[^\s]{0,64})(?:\s+user=(?P<actor>[^\s]{1,64}))?",
        ("su: pam_unix(su:auth): authentication failure; logname= uid=1000 euid=0 tty=pts/0 ruser=an"
         "n rhost=  user=root",),
        ("pam_unix(cron:session): session opened for user root by (uid=0)",),
        unless="(sshd:auth)",  # sshd says the same once more
    ),
    Detection(
        "web_failed", "Login failed", Sort.LOGIN_FAILED, 2, BRUTE_FORCE,
        rf"(?i)\b{_LOGIN}{_NOUN} (?:failed|failure|denied|rejected|unsuccessful)\b{_OF}?{_FROM}",
        (
            "WARN auth - login failed for user 'jane.doe' from 192.0.2.9",
            "Authentication failure for user=bob ip=192.0.2.9",
            "Sign-in attempt rejected for account mallory@shop.example",
        ),
        (
            "login page rendered in 12 ms",
            "feature login-failed-banner enabled",
            "login rate ok for tenant 7",
        ),
        unless="pam_",
    ),
    Detection(
        "web_failed_login", "Login failed", Sort.LOGIN_FAILED, 2, BRUTE_FORCE,
        rf"(?i)\b(?:failed|invalid|unsuccessful) {_LOGIN}{_NOUN}{_OF}?{_FROM}",
        (
            "Failed login attempt for user admin from 192.0.2.77",
            "invalid logon by carol",
            "Failed authentication for account: svc-build, client=192.0.2.3",
        ),
        ("no failed logins in the last hour",),
    ),
    Detection(
        "web_bad_password", "Wrong password", Sort.LOGIN_FAILED, 2, BRUTE_FORCE,
        rf"(?i)\b(?:invalid|wrong|incorrect|bad) (?:password|credentials?|username or password"
        rf"|user name or password)(?: (?:given|supplied|entered))?(?: (?:for|by|from))(?: (?:user"
        rf"(?:name)?|account))?{_WHO}{_FROM}",
        ("Invalid password for user 'erin'", "wrong credentials supplied by account dave from 192.0.2.5"),
        ("password rules: at least 12 characters", "invalid password encoding in config, using utf-8"),
    ),
    Detection(
        "spring_failed", "Spring Security refused credentials", Sort.LOGIN_FAILED, 2, BRUTE_FORCE,
        r"(?:BadCredentialsException: Bad credentials|AuthenticationFailureBadCredentialsEvent)"
        r"(?:[^\n]{0,200}?(?:[Pp]rincipal|[Uu]sername)[=: ]+(?P<actor>[\w.@+-]{1,64}))?"
        r"(?:[^\n]{0,200}?(?:RemoteIpAddress|remoteAddress)[=: ]+(?P<source>[0-9a-fA-F.:]{3,45}))?",
        (
            "org.springframework.security.authentication.BadCredentialsException: Bad credentials",
            "AuthenticationFailureBadCredentialsEvent: Authentication [Principal=zoe, Credentials=["
            "PROTECTED], RemoteIpAddress=192.0.2.1]",
        ),
        ("AuthenticationManager configured with 2 providers",),
    ),
    Detection(
        "windows_4625", "Windows logon failed", Sort.LOGIN_FAILED, 2, BRUTE_FORCE,
        r"An account failed to log on\.(?:[\s\S]{0,900}?Account For Which Logon Failed:[\s\S]{0,200}?A"
        r"ccount Name:\s+(?P<actor>[^\s]{1,64}))?(?:[\s\S]{0,900}?Source Network Address:\s+"
        r"(?P<source>[^\s]{1,45}))?",
        (
            "An account failed to log on.\n\nSubject:\n\tAccount Name:\t\tHOST$\n\nAccount For Whic"
            "h Logon Failed:\n\tSecurity ID:\t\tNULL SID\n\tAccount Name:\t\tkim\n\nNetwork Informa"
            "tion:\n\tSource Network Address:\t192.0.2.8",
        ),
        ("An account was logged off.",),
    ),
    Detection(
        "database_failed", "Database login failed", Sort.LOGIN_FAILED, 2, BRUTE_FORCE,
        r"(?:password authentication failed for user \"(?P<actor>[^\"\n]{1,64})\""
        r"|Access denied for user '(?P<user>[^'\n]{0,64})'@'(?P<source>[^'\n]{1,64})')",
        (
            'FATAL:  password authentication failed for user "report"',
            "Access denied for user 'app'@'192.0.2.30' (using password: YES)",
        ),
        ("Access denied for path /admin", "password authentication enabled"),
    ),
    Detection(
        "keycloak_failed", "Keycloak login failed", Sort.LOGIN_FAILED, 2, BRUTE_FORCE,
        r"type=\"?LOGIN_ERROR\"?(?:[^\n]{0,300}?ipAddress=\"?(?P<source>[0-9a-fA-F.:]{3,45}))?"
        r"(?:[^\n]{0,300}?username=\"?(?P<actor>[\w.@+-]{1,64}))?",
        ('type="LOGIN_ERROR", realmId="shop", ipAddress="192.0.2.4", error="invalid_user_credentials'
         '", username="lee"',),
        ('type="LOGIN", realmId="shop"',),
    ),
    Detection(
        "sshd_passed", "SSH login", Sort.LOGIN_PASSED, 1, VALID_ACCOUNTS,
        r"Accepted (?:password|publickey|keyboard-interactive/pam|gssapi-with-mic) for "
        r"(?P<actor>[^\s]{1,64}) from (?P<source>[^\s]{1,64})",
        ("sshd[77]: Accepted password for root from 192.0.2.4 port 4011 ssh2",),
        ("Accepted connection from 192.0.2.4",),
    ),
    Detection(
        "web_passed", "Login", Sort.LOGIN_PASSED, 1, VALID_ACCOUNTS,
        rf"(?i)\b{_LOGIN} (?:succeeded|successful|success){_OF}{_FROM}",
        ("login successful for user jane.doe from 192.0.2.9",),
        ("login success rate 98%",),
    ),
    Detection(
        "user_logged_in", "Login", Sort.LOGIN_PASSED, 1, VALID_ACCOUNTS,
        rf"(?i)\buser{_WHO}[\"'\])]? (?:has )?(?:successfully )?(?:logged|signed) in\b{_FROM}",
        ("user bob logged in from 192.0.2.1", "User 'ann' successfully signed in"),
        ("user must be logged in",),
    ),
    Detection(
        "windows_4624", "Windows logon", Sort.LOGIN_PASSED, 1, VALID_ACCOUNTS,
        r"An account was successfully logged on\."
        r"(?:[\s\S]{0,900}?New Logon:[\s\S]{0,200}?Account Name:\s+(?P<actor>[^\s]{1,64}))?"
        r"(?:[\s\S]{0,900}?Source Network Address:\s+(?P<source>[^\s]{1,45}))?",
        ("An account was successfully logged on.\n\nNew Logon:\n\tSecurity ID:\t\tX\n\tAccount Name:"
         "\t\tkim\n",),
    ),
)  # fmt: skip
