"""Debian's dovecot, configured for one mailbox on loopback; as root, or as anybody with a name."""

import grp
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path

PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
disable_plaintext_auth = no
auth_mechanisms = plain login{mechanisms}
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
first_valid_gid = 1
{users}
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
{tokens}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""
NOT_ROOT = """
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
service imap-login {{
  chroot =
}}
service anvil {{
  chroot =
}}
"""
TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/tokens
}}
"""
INTROSPECTION = """
introspection_mode = post
introspection_url = {address}
username_attribute = username
active_attribute = active
active_value = true
"""


def program() -> str | None:
    """Where it is; None where it is not installed, reads another configuration (2.4 and newer), or
    we are a user without a name, whom it does not serve.
    """
    found = shutil.which("dovecot", path=PATH)
    if found is None or _names() is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    return found if re.match(r"2\.[0-3]\.", said) else None


def command(
    folder: Path, port: int, tls_port: int, *, key: Path | None, password: str, introspection: str
) -> list[str]:
    """What starts it in that folder, which is written here."""
    found, names = program(), _names()
    assert found, "dovecot is not installed: apt-get install dovecot-imapd"
    assert names  # else it is not found
    user, group = names
    # As root its mail processes are somebody else, who must be able to enter.
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    (folder / "mail").chmod(0o777)
    (folder / "tokens").write_text(INTROSPECTION.format(address=introspection))
    known = {"folder": folder, "user": user, "group": group}
    config = CONFIG.format(
        **known,
        ssl=f"yes\nssl_cert = <{key}\nssl_key = <{key}" if key else "no",
        mechanisms=" xoauth2 oauthbearer" if introspection else "",
        users="" if os.geteuid() == 0 else NOT_ROOT.format(**known),
        tokens=TOKENS.format(**known) if introspection else "",
        password=password,
        port=port,
        tls_port=tls_port,
    )
    (folder / "conf").write_text(config)
    return [found, "-F", "-c", str(folder / "conf")]


def _names() -> tuple[str, str] | None:
    """Under which user and group the mail lies; it knows both by their names only."""
    try:
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            return nobody.pw_name, grp.getgrgid(nobody.pw_gid).gr_name
        return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    except KeyError:
        return None
