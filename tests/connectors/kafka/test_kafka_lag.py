"""The rate of a position that moves once a checkpoint."""

from connectors.kafka.lag import Rate


def test_the_rate_holds_between_two_steps_and_ends_when_no_step_comes() -> None:
    rate = Rate()
    looks = [(0, 100), (5, 600), (6, 600), (14, 600), (15, 1600), (16, 1600), (35, 1600), (36, 1600)]
    assert [rate.of(read, at) for at, read in looks] == [None, 100, 100, 100, 100, 100, 100, 0]


def test_a_job_that_reads_nothing_has_a_rate_of_nothing() -> None:
    rate = Rate()
    assert [rate.of(7, at) for at in (0, 1, 2)] == [None, 0, 0]


def test_a_look_at_the_same_time_divides_by_nothing() -> None:
    rate = Rate()
    assert [rate.of(7, 1.0), rate.of(9, 1.0), rate.of(9, 2.0)] == [None, None, 2]
