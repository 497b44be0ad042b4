"""Work on components side by side, each as soon as those are done that it comes after."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from runners.stack.component import Component


def in_order(
    components: Sequence[Component],
    after: Mapping[str, Sequence[str]],
    act: Callable[[Component], None],
    cancelled: threading.Event,
) -> None:
    """Act on each as soon as those it comes after are done; the first error is raised when all have ended.

    After an error none is begun any more, but those that were go on. Once ``cancelled`` they should end.
    """
    done = {one.name: threading.Event() for one in components}
    failed = threading.Event()

    def work(one: Component) -> None:
        try:
            for name in after[one.name]:
                if name in done:
                    done[name].wait()
            if not failed.is_set():
                act(one)
        except BaseException:
            failed.set()
            raise
        finally:
            done[one.name].set()

    with ThreadPoolExecutor(max(1, len(components))) as pool:
        futures = [pool.submit(work, one) for one in components]
        try:
            wait(futures)
        except BaseException:  # the person who waits has had enough
            failed.set()
            cancelled.set()
            raise
    for future in futures:
        future.result()
