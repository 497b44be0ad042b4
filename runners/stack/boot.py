"""``python -m runners.stack.boot --id=… --provision_endpoint=… …``: a Python worker, as a runner asks.

The same contract as the boot program of Beam's containers, for a machine that has the project already:
options come from the runner, logs go to it, and nothing is installed.
"""

import argparse
import os
import sys
import threading

import grpc
from apache_beam.portability.api import beam_provision_api_pb2 as provision
from apache_beam.portability.api import beam_provision_api_pb2_grpc as provision_grpc
from apache_beam.portability.api import endpoints_pb2
from apache_beam.runners.worker import sdk_worker_main
from apache_beam.runners.worker.bundle_processor import BundleProcessor
from apache_beam.runners.worker.statesampler import StateSampler, set_current_tracker
from google.protobuf import json_format, text_format

_PROVISION_SECONDS = 30.0


def main(argv: list[str]) -> None:
    """Work until the runner hangs up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--id", required=True)
    for service in ("provision", "control", "logging", "artifact"):
        parser.add_argument(f"--{service}_endpoint", default="")
    parser.add_argument("--semi_persist_dir", default="")
    arguments, _ = parser.parse_known_args(argv)
    info = _provisioned(arguments.provision_endpoint, arguments.id)
    lighten_bundles()
    os.environ["WORKER_ID"] = arguments.id
    os.environ["PIPELINE_OPTIONS"] = json_format.MessageToJson(info.pipeline_options)
    os.environ["RUNNER_CAPABILITIES"] = " ".join(info.runner_capabilities)
    for service in ("control", "logging"):
        url = getattr(arguments, f"{service}_endpoint") or getattr(info, f"{service}_endpoint").url
        os.environ[f"{service.upper()}_API_SERVICE_DESCRIPTOR"] = text_format.MessageToString(
            endpoints_pb2.ApiServiceDescriptor(url=url)
        )
    sdk_worker_main.main(sys.argv)


def lighten_bundles() -> None:
    """Leave out what Beam tells the runner of each bundle: counts, sizes and times of every step.

    That is a third of the work where bundles are short, here and again in the TaskManager; nothing is decided
    by it, for the steps' own counts travel as data (transforms.outcome). A bundle also starts a thread which
    samples the times that are told, and waits for its end.
    """
    BundleProcessor.monitoring_infos = lambda _: []
    StateSampler.start = _start
    StateSampler.stop = _stop


def _start(sampler: StateSampler) -> None:
    sampler.tracked_thread = threading.current_thread()
    set_current_tracker(sampler)
    sampler.started = True


def _stop(sampler: StateSampler) -> None:
    set_current_tracker(None)
    sampler.finished = True


def _provisioned(endpoint: str, worker: str) -> provision.ProvisionInfo:
    with grpc.insecure_channel(endpoint) as channel:
        stub = provision_grpc.ProvisionServiceStub(channel)
        answer = stub.GetProvisionInfo(
            provision.GetProvisionInfoRequest(),
            metadata=(("worker_id", worker),),
            timeout=_PROVISION_SECONDS,
            wait_for_ready=True,
        )
    return answer.info


if __name__ == "__main__":
    main(sys.argv[1:])
