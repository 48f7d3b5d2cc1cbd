import json

from fakeprint.core.limits import Limits
from fakeprint.core.run import RunRecord, close_run, start_run


def test_a_run_record_holds_what_is_needed_to_repeat_it() -> None:
    run = close_run(start_run("scan", Limits(image_pixels=7), limits=Limits(image_pixels=7), seed=3), "complete", {"ok": 2})
    assert run.config["image_pixels"] == 7
    assert run.limits is not None
    assert run.seed == 3
    assert run.packages["numpy"]
    assert run.counts == {"ok": 2}
    assert RunRecord.model_validate_json(run.model_dump_json()) == run


def test_the_same_configuration_has_the_same_hash() -> None:
    first, second = start_run("scan", Limits()), start_run("scan", Limits())
    assert first.config_sha256 == second.config_sha256
    assert first.config_sha256 != start_run("scan", Limits(image_pixels=7)).config_sha256


def test_nothing_of_this_machine_is_named() -> None:
    import getpass
    import socket

    text = json.dumps(start_run("scan", Limits()).model_dump(mode="json"))
    assert socket.gethostname() not in text
    assert f"/{getpass.getuser()}" not in text
