"""Redis: the cache that invalidations are sent to."""

from runners.stack import health
from runners.stack.component import Component, environment, write
from runners.stack.errors import NotReady
from runners.stack.process import Launch
from runners.stack.settings import HOST


class Redis(Component):
    """It keeps what it has in a log (AOF), and tells clients of expired and deleted keys."""

    name = "redis"
    ports = ("redis",)
    packages = ("redis-server",)

    def prepare(self) -> None:
        super().prepare()
        data = self.folder / "data"
        data.mkdir(exist_ok=True)
        values = {
            "bind": HOST,
            "port": self.settings.ports["redis"],
            "dir": f'"{data}"',
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "notify-keyspace-events": "Exg",
        }
        write(self.folder / "redis.conf", "".join(f"{key} {value}\n" for key, value in values.items()))

    def launch(self) -> Launch:
        argv = ["/usr/bin/redis-server", str(self.folder / "redis.conf")]
        return Launch(argv=argv, environment=environment(), folder=self.folder)

    @property
    def where(self) -> str:
        return f"redis://{self.settings.address('redis')}"

    def serving(self) -> None:
        answer = health.ask(HOST, self.settings.ports["redis"], b"PING\r\n")
        if answer != b"+PONG\r\n":  # while it reads its log it answers -LOADING
            raise NotReady(f"Redis at {self.where} answers {answer.decode(errors='replace').strip()}")
