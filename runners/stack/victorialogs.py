"""VictoriaLogs: a store of logs that takes what Loki and Elasticsearch take."""

from runners.stack import gobuild, health
from runners.stack.component import Component, environment
from runners.stack.process import Launch


class VictoriaLogs(Component):
    """Logs of any age are kept, for captures are old; the disk is the bound.

    In production the age is the first bound: deploy/logs/victorialogs.env.
    """

    name = "victorialogs"
    ports = ("victorialogs",)
    packages = ()
    programs = ("victoria-logs",)
    default = False

    def launch(self) -> Launch:
        argv = [
            str(gobuild.program(self.settings, "victoria-logs")),
            f"-storageDataPath={self.folder / 'data'}",
            f"-httpListenAddr={self.settings.address('victorialogs')}",
            "-retentionPeriod=100y",
            "-retention.maxDiskSpaceUsageBytes=4GiB",
            "-memory.allowedBytes=512MiB",
            "-loggerLevel=WARN",
        ]
        return Launch(argv=argv, environment=environment(), folder=self.folder)

    @property
    def where(self) -> str:
        return self.settings.url("victorialogs")

    def serving(self) -> None:
        health.http(f"{self.where}/health")
