"""How a Java server is started: class path by name, a small heap, and an archive of its classes.

The archive (AppCDS) halves the time to start. It is made at installation, when ``training`` is set: a JVM
writes it as it ends.
"""

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from runners.stack import bundles, versions
from runners.stack.settings import StackSettings

JAVA: Final = "openjdk-17-jre-headless"
# SerialGC: on two cores ten servers start sooner and take less memory
_SMALL: Final = (
    "-XX:+UseSerialGC",
    "-XX:+PerfDisableSharedMem",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.net.preferIPv4Stack=true",
)


def java(
    settings: StackSettings,
    name: str,
    bundle: str,
    program: Sequence[str],
    *,
    heap_mb: int,
    options: Sequence[str] = (),
    busy: bool = False,
) -> list[str]:
    """The command of a server: ``program`` is its main class and arguments. Writes its file java.args.

    ``busy``: it does so much that the second compiler pays; the others are compiled by the first alone, and
    start sooner.
    """
    temporary = settings.folder(name) / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    classes = archive(settings, name, bundle)
    sharing = [f"-XX:SharedArchiveFile={classes}"] if classes.exists() else []
    if settings.training:
        sharing = [f"-XX:ArchiveClassesAtExit={classes}"]
    lines = [
        f"-Xms{min(heap_mb, 64)}m",
        f"-Xmx{heap_mb}m",
        f"-Djava.io.tmpdir={temporary}",
        *_SMALL,
        *(() if busy else ("-XX:TieredStopAtLevel=1",)),
        *sharing,
        "-Xlog:cds=off",
        "-Xlog:cds+dynamic=off",
        *options,
        "-cp",
        ":".join(bundles.jars(settings, bundle)),
    ]
    arguments = settings.folder(name) / "java.args"
    arguments.write_text("".join(f'"{line}"\n' for line in lines), encoding="utf-8")
    return [executable(), f"@{arguments}", *program]


def archive(settings: StackSettings, name: str, bundle: str) -> Path:
    """The archive of a server's classes: it belongs to these very jars, so it lies among them."""
    return bundles.folder(settings, bundle) / f"{name}.jsa"


def executable() -> str:
    """The Java that versions.toml names, or whichever is in the path."""
    found = sorted(glob.glob(versions.debian()[JAVA]))
    return found[0] if found else "java"


def quiet_log4j(path: Path) -> str:
    """The option that lets log4j 2 write to standard error, warnings of third parties alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_LOG4J, encoding="utf-8")
    return f"-Dlog4j2.configurationFile={path.as_uri()}"


_LOG4J: Final = """\
status=error
appender.out.type=Console
appender.out.name=out
appender.out.target=SYSTEM_ERR
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1} %m%n
rootLogger.level=info
rootLogger.appenderRef.out.ref=out
logger.configs.name=org.apache.kafka.common.config
logger.configs.level=warn
logger.clients.name=org.apache.kafka.clients
logger.clients.level=warn
"""
