"""Fields of a context: nested, of one task or thread alone, copied."""

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator

from telemetry.logs import context_fields, log_context
from tests.telemetry.logs.loglines import Lines


def test_fields_of_blocks_are_on_the_lines_within() -> None:
    lines = Lines()
    with lines.logger() as log:
        with log_context(order="1", shop="a"):
            with log_context({"http.route": "/pay"}, order="2"):
                log.info("inner")
                log.info("own", extra={"order": "3"})
            log.info("outer")
        log.info("outside")
    inner, own, outer, outside = (line["attributes"] for line in lines.all())
    assert {name: inner[name] for name in ("order", "shop", "http.route")} == {
        "order": "2",
        "shop": "a",
        "http.route": "/pay",
    }
    assert own["order"] == "3"
    assert outer["order"] == "1"
    assert "http.route" not in outer
    assert "order" not in outside


def test_a_block_ends_when_it_raises_and_can_be_entered_again() -> None:
    block = log_context(order="1")
    for _ in range(2):
        try:
            with block, block:
                assert context_fields() == {"order": "1"}
                raise ValueError
        except ValueError:
            pass
        assert context_fields() == {}


def test_values_are_those_of_the_begin() -> None:
    cart = [1]
    with log_context(cart=cart):
        cart.append(2)
        assert context_fields()["cart"] == [1]


def test_tasks_do_not_see_each_other_and_inherit() -> None:
    seen: dict[str, object] = {}

    async def work(name: str, other: asyncio.Event, mine: asyncio.Event) -> None:
        with log_context(task=name):
            mine.set()
            await other.wait()
            seen[name] = dict(context_fields())

    async def run() -> None:
        first, second = asyncio.Event(), asyncio.Event()
        with log_context(request="r"):
            await asyncio.gather(work("a", first, second), work("b", second, first))
        assert context_fields() == {}

    asyncio.run(run())
    assert seen == {"a": {"request": "r", "task": "a"}, "b": {"request": "r", "task": "b"}}


def test_a_thread_has_the_fields_that_it_is_handed() -> None:
    seen: list[object] = []
    with log_context(request="r"):
        run = contextvars.copy_context().run
        for target in (
            lambda: seen.append(dict(context_fields())),
            lambda: run(lambda: seen.append(dict(context_fields()))),
        ):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
    assert seen == [{}, {"request": "r"}]


def test_a_generator_that_is_closed_elsewhere_does_not_raise() -> None:
    async def numbers() -> AsyncIterator[int]:
        with log_context(generator="g"):
            yield 1

    async def run() -> None:
        generator = numbers()
        await contextvars.copy_context().run(lambda: asyncio.ensure_future(anext(generator)))
        await generator.aclose()  # type: ignore[attr-defined]
        assert context_fields() == {}

    asyncio.run(run())
