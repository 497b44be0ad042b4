"""Changes of who may do what."""

from typing import Final

from logs.securityevents.detection import ACCOUNTS, ELEVATION, Detection, Sort

_POWERFUL: Final = r"(?:[\w:./-]*(?:admin(?:istrator)?s?|root|owner|superuser|sudo|wheel|docker)\b)"

PRIVILEGES: Final = (
    Detection(
        "sudo_command", "Command run as another user by sudo", Sort.PRIVILEGE, 2, ELEVATION,
        r"\bsudo(?:\[[0-9]{1,9}\])?:\s+(?P<actor>[\w.@-]{1,64}) : (?:[^\n]{0,200}?; )?USER=root ; "
        r"(?:[^\n]{0,60}; )?COMMAND=",
        ("sudo:   ann : TTY=pts/0 ; PWD=/home/ann ; USER=root ; COMMAND=/usr/bin/id",),
        ("sudo package updated to 1.9.15",),
    ),
    Detection(
        "sudo_refused", "sudo refused", Sort.PRIVILEGE, 3, ELEVATION,
        r"\bsudo(?:\[[0-9]{1,9}\])?:\s+(?P<actor>[\w.@-]{1,64}) : (?:user NOT in sudoers"
        r"|[0-9]{1,3} incorrect password attempts?)",
        ("sudo:   eve : user NOT in sudoers ; TTY=pts/1 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
         "sudo: eve : 3 incorrect password attempts ; TTY=pts/1"),
    ),
    Detection(
        "su_root", "Session of root opened by su", Sort.PRIVILEGE, 2, ELEVATION,
        r"pam_unix\(su(?:-l)?:session\): session opened for user root(?:\(uid=0\))? by "
        r"(?P<actor>[\w.-]{1,64})",
        ("su: pam_unix(su-l:session): session opened for user root(uid=0) by ann(uid=1000)",),
        ("pam_unix(sshd:session): session opened for user root by (uid=0)",),
    ),
    Detection(
        "group_joined", "User joined a powerful group", Sort.PRIVILEGE, 3, ACCOUNTS,
        rf"(?i)\badd(?:ed|ing)? (?:user )?'?(?P<actor>[\w.@-]{{1,64}})'? to (?:shadow )?"
        rf"(?:security )?group '?{_POWERFUL}",
        ("usermod[33]: add 'eve' to group 'sudo'", "added user bob to group cluster-admins"),
        ("add 'eve' to group 'readers'", "added 12 items to group sale"),
    ),
    Detection(
        "role_granted", "Powerful role granted", Sort.PRIVILEGE, 3, ACCOUNTS,
        rf"(?i)\b(?:granted|assigned|added|gave) (?:the )?(?:role |roles |permission "
        rf"|privilege )?[\"'\[]?{_POWERFUL}[\"'\]]?(?: (?:role|rights|privileges?|permissions?"
        rf"|access))? (?:to|for) (?:user |account |principal )?[\"']?(?P<actor>[\w.@:/+-]{{1,96}})",
        ("granted role 'ROLE_ADMIN' to user mallory", "assigned roles/owner to svc@shop.example",
         "Granted superuser privileges to report"),
        ("granted 5 coupons to user ann", "role cache refreshed"),
    ),
    Detection(
        "sql_grant", "Rights granted in a database", Sort.PRIVILEGE, 3, ACCOUNTS,
        r"(?i)(?:^|[\s\"':;])GRANT (?:ALL(?: PRIVILEGES)?|SUPERUSER|DBA|SYSDBA|pg_\w+)"
        r"(?: ON [^\n]{1,120}?)? TO [\"'`]?(?P<actor>[\w.@%-]{1,64})",
        ("statement: GRANT ALL PRIVILEGES ON DATABASE shop TO app;",),
        ("GRANT SELECT ON prices TO reader", "the grant all agreed to"),
    ),
    Detection(
        "sql_superuser", "Superuser made in a database", Sort.PRIVILEGE, 4, ACCOUNTS,
        r"(?i)\b(?:ALTER|CREATE) (?:USER|ROLE) [\"'`]?"
        r"(?P<actor>[\w.@-]{1,64})[\"'`]?[^\n]{0,80}? SUPERUSER\b",
        ("ALTER ROLE report WITH SUPERUSER", "CREATE USER x LOGIN SUPERUSER"),
        ("ALTER ROLE report WITH NOSUPERUSER", "CREATE USER x LOGIN"),
    ),
    Detection(
        "cluster_role", "Role bound in a Kubernetes cluster", Sort.PRIVILEGE, 4, ACCOUNTS,
        r"(?:kubectl create clusterrolebinding|clusterrolebinding\.rbac\.authorization\.k8s\.io/"
        r"[\w.:-]{1,120} (?:created|configured|patched)|\"verb\":\"(?:create|patch"
        r"|update)\"[^\n]{0,400}\"resource\":\"(?:cluster)?rolebindings\")",
        ("clusterrolebinding.rbac.authorization.k8s.io/eve-admin created",
         'audit {"verb":"create","user":{"username":"eve"},"objectRef":{"resource":"clusterrolebindings"}}',
         "COMMAND kubectl create clusterrolebinding x --clusterrole=cluster-admin"),
        ('{"verb":"list","objectRef":{"resource":"clusterrolebindings"}}',),
    ),
    Detection(
        "setuid", "Program made setuid", Sort.PRIVILEGE, 4, ELEVATION,
        r"\bchmod (?:-R )?(?:[ugoa]*\+[rwx]*s|[0-7]?[4-7][0-7]{3}) /?[\w./-]{1,200}",
        ("COMMAND=/bin/chmod u+s /usr/bin/find", "chmod 4755 /tmp/sh"),
        ("chmod 0644 /etc/app.conf", "chmod +x run.sh", "chmod 755 run.sh"),
    ),
    Detection(
        "iam_changed", "Rights changed in AWS IAM", Sort.PRIVILEGE, 3, ACCOUNTS,
        r"\"eventName\":\s?\"(?:Attach(?:User|Role|Group)Policy|Put(?:User|Role|Group)Policy"
        r"|AddUserToGroup|CreateAccessKey|UpdateAssumeRolePolicy|CreateLoginProfile)\"",
        ('{"eventSource":"iam.amazonaws.com","eventName":"AttachUserPolicy"}',),
        ('{"eventName":"GetUserPolicy"}',),
    ),
    Detection(
        "windows_group", "Member added to a Windows security group", Sort.PRIVILEGE, 3, ACCOUNTS,
        r"A member was added to a security-enabled (?:local|global|universal) group\."
        r"(?:[\s\S]{0,600}?Account Name:\s+(?P<actor>[^\s]{1,64}))?",
        ("A member was added to a security-enabled global group.\n\nSubject:\n\tAccount Name:\t\tkim\n",),
        ("A member was added to the newsletter.",),
    ),
)  # fmt: skip
