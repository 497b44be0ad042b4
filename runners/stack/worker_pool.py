"""``python -m runners.stack.worker_pool PORT BOOT``: starts a Python worker for whoever asks.

On loopback alone: Beam's own worker_pool_main listens on every address, and whoever reaches it starts
programs here.
"""

import logging
import signal
import sys
import threading

import grpc
from apache_beam.portability.api import beam_fn_api_pb2_grpc
from apache_beam.runners.worker.worker_pool_main import BeamFnExternalWorkerPoolServicer
from apache_beam.utils import thread_pool_executor

from runners.stack.settings import HOST


def main(argv: list[str]) -> int:
    """Serve until SIGTERM; workers end with it."""
    port, boot = argv
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    server = grpc.server(
        thread_pool_executor.shared_unbounded_instance(),
        options=[("grpc.http2.max_pings_without_data", 0), ("grpc.http2.max_ping_strikes", 0)],
    )
    pool = BeamFnExternalWorkerPoolServicer(use_process=True, container_executable=boot)
    beam_fn_api_pb2_grpc.add_BeamFnExternalWorkerPoolServicer_to_server(pool, server)
    server.add_insecure_port(f"{HOST}:{port}")
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: ended.set())
    server.start()
    logging.info("starting workers for %s:%s", HOST, port)
    ended.wait()
    server.stop(grace=None)
    return 0  # the stack kills the workers that are left, by their mark


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
