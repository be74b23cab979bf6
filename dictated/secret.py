"""Keys: where they are found, and a value that never shows itself."""

from __future__ import annotations

import errno
import importlib.util
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, SupportsIndex

from dictated.errors import TranscriberError
from dictated.sttconfig import table
from dictated.wording import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from dictated.sttconfig import Service

LARGEST_KEY = 4096
"""Bytes of a key; signed tokens have about a thousand, and servers take headers of 8 KiB in all."""

KEYRING_S = 60.0
"""Seconds the desktop keyring may take: it may have to ask its owner for the password that unlocks it."""

SERVICE = "dictated"
"""What keys are kept under in the desktop keyring; the user there is the service's name."""

NO_SUCH_KEY = 1
"""How `keyring get` ends where the keyring has no such key, and, with a traceback, where it fails."""

_FAULTS = {
    errno.ENOENT: "is not there; make it, or correct {setting}",
    errno.ENOTDIR: "is not there; make it, or correct {setting}",
    errno.EACCES: "cannot be read by this user; change its owner, or correct {setting}",
    errno.EISDIR: "is a folder; give the name of a file as {setting}",
    errno.ELOOP: "is a link that leads nowhere; correct {setting}",
    errno.ENXIO: "is no ordinary file; give another as {setting}",
}
"""What is wrong with a key's file and how to mend it, by errno(3)."""


class Secret:
    """A key. It prints as stars, everywhere but where it is revealed."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the key itself, to be sent and nothing else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a secret is not written anywhere, so it is not pickled")


def missing(name: str, settings: Service) -> str:
    """Say in one sentence that service `name` has no key, and every place it may be put."""
    variable = f"the environment as {settings.api_key_env}, into " if settings.api_key_env else ""
    return (
        f"no key for {name}: put it into {variable}a file named by {table(name)}.api_key_file (chmod 600), "
        f"into a systemd credential named {_credential(name)}, or into the desktop keyring "
        f"(keyring set {SERVICE} {name}; {table(name)}.api_key_keyring = true)"
    )


def find(name: str, settings: Service, environ: Mapping[str, str]) -> Secret | None:
    """Return the key of service `name`, or None where there is none; may block.

    Looked for in this order: `api_key_file`; the variable `api_key_env`; the systemd credential NAME-api-key
    ($CREDENTIALS_DIRECTORY, systemd.exec(5)); the desktop keyring, where `api_key_keyring` is on.

    Raises:
        TranscriberError: it is there and may not be used (lasting): a file that others can read, a key that
            no header can carry.
    """
    if settings.api_key_file:
        return _from_file(name, settings.api_key_file)
    key = _from_variable(name, settings.api_key_env, environ) or _from_credential(name, environ)
    if key is None and settings.api_key_keyring:
        return _from_keyring(name, environ)
    return key


def _from_file(name: str, path: str) -> Secret:
    """Read the file that the user named: it has to be there and to hold a key that nobody else can read."""
    setting = f"{table(name)}.api_key_file"
    where = f"the key's file {_shown(path)}"
    try:
        text, mode = _read(Path(path).expanduser())
    except OSError as error:
        reason = _FAULTS.get(error.errno or 0, f"cannot be read ({error.strerror}); correct {{setting}}")
        raise _unusable(name, f"{where} {reason.format(setting=setting)}") from None
    except (RuntimeError, ValueError):  # a home that nobody has, a NUL in the name
        raise _unusable(name, f"{where} cannot be a file's name; correct {setting}") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise _unusable(name, f"{where} can be read by others; do: chmod 600 {_shown(path)}")
    key = _checked(name, where, text)
    if key is None:
        raise _unusable(name, f"{where} is empty; put the key into it")
    return key


def _from_variable(name: str, variable: str, environ: Mapping[str, str]) -> Secret | None:
    return _checked(name, f"the key in ${variable}", environ.get(variable, "")) if variable else None


def _from_credential(name: str, environ: Mapping[str, str]) -> Secret | None:
    """Read what systemd put there for this service.

    Its mode is not looked at: systemd makes the folder and the file itself, for the service's user alone, and
    may show that as 0440 with an access-control list (systemd.exec(5), "LoadCredential=").
    """
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        return None
    where = f"the systemd credential {_credential(name)}"
    try:
        text, _ = _read(Path(folder, _credential(name)))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(name, f"{where} cannot be read: {error.strerror}; look at the unit") from None
    return _checked(name, where, text)


def _from_keyring(name: str, environ: Mapping[str, str]) -> Secret | None:
    """Ask the keyring package, in a process of its own.

    So the wait for its owner's password has an end, and what its many backends load and raise stays there.
    The key comes back through a pipe.
    """
    if importlib.util.find_spec("keyring") is None:
        raise _unusable(name, "the keyring package is missing; do: pip install 'dictated[keyring]'")
    # -P: a file named keyring.py in the folder we were started from is not ours
    command = [sys.executable, "-P", "-m", "keyring", "get", SERVICE, name]
    try:
        done = subprocess.run(  # noqa: S603  # nothing in it is the user's
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=KEYRING_S,
        )
    except subprocess.TimeoutExpired:
        raise _unusable(name, f"the desktop keyring gave no answer in {KEYRING_S:g} s; unlock it") from None
    except OSError as error:
        raise _unusable(name, f"the desktop keyring cannot be asked: {error.strerror}") from None
    complaint = done.stderr.decode(errors="replace")
    if done.returncode not in {0, NO_SUCH_KEY} or "Traceback (" in complaint:
        raise _unusable(name, f"the desktop keyring refuses ({_last_line(complaint)}); start or unlock it")
    return _checked(name, "the key in the desktop keyring", done.stdout.decode(errors="replace"))


def _read(path: Path) -> tuple[str, int]:
    """Return the beginning of a file, one byte more than a key may have, and its mode.

    Raises:
        OSError: it is no ordinary file, or cannot be read.
    """
    # O_NONBLOCK: a pipe without a writer must not hold us up; the mode is that of the very file we read
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(fd, "rb") as file:
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(errno.EISDIR if stat.S_ISDIR(mode) else errno.ENXIO, "is no ordinary file")
        return file.read(LARGEST_KEY + 1).decode("latin-1"), mode


def _checked(name: str, where: str, text: str) -> Secret | None:
    """Return the key, or None where there is only white space; what was found is never shown.

    A key is of visible ASCII, for more `Authorization: Bearer` cannot carry (RFC 6750, section 2.1).
    """
    if len(text) > LARGEST_KEY:
        raise _unusable(name, f"{where} is longer than {LARGEST_KEY} bytes, which no key is; check it")
    value = text.strip()
    if not all("!" <= char <= "~" for char in value):
        raise _unusable(
            name, f"{where} holds more than a key: spaces, line breaks or letters that no header can carry"
        )
    return Secret(value) if value else None


def _credential(name: str) -> str:
    return f"{name}-api-key"


def _last_line(complaint: str) -> str:
    """Return what a traceback ends with: the exception and what it says, without the path it came by."""
    last = complaint.strip().rpartition("\n")[2]
    return tidy(last.rpartition("keyring.errors.")[2])[:200] or "it ended without an answer"


def _shown(path: str) -> str:
    return path if path.isprintable() else repr(path)


def _unusable(name: str, what: str) -> TranscriberError:
    return TranscriberError(f"{name}: {what}", lasting=True)
