from fakeprint.core.errors import STATUS_OF_CODE, ErrorCode, ErrorStatus, MediaError, MissingExtraError, Stage


def test_every_code_has_a_status_and_every_status_a_code() -> None:
    assert set(STATUS_OF_CODE) == set(ErrorCode)
    assert set(STATUS_OF_CODE.values()) == set(ErrorStatus)


def test_a_media_error_becomes_a_row() -> None:
    info = MediaError(ErrorCode.E_TRUNCATED, "ends after 12 of 40 bytes", Stage.DECODE).info()
    assert info.model_dump(mode="json") == {
        "code": "E_TRUNCATED",
        "status": "error_decode",
        "message": "ends after 12 of 40 bytes",
        "stage": "decode",
    }


def test_a_missing_extra_says_what_to_run() -> None:
    assert "pip install 'fakeprint[heic]'" in str(MissingExtraError("pi-heif", "heic"))
