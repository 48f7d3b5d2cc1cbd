"""Every transform: recorded, replayed to the byte, input left alone, parameters refused at construction."""

import numpy as np
import pytest

from fakeprint.core.errors import UnknownNameError, UsageError
from fakeprint.core.sample import Step
from fakeprint.transforms import TRANSFORMS
from fakeprint.transforms.blur import Blur
from fakeprint.transforms.brightness import Brightness
from fakeprint.transforms.crop import Crop
from fakeprint.transforms.d3_op import D3Op
from fakeprint.transforms.downscale import Downscale
from fakeprint.transforms.fit import Fit
from fakeprint.transforms.hsv import Hsv
from fakeprint.transforms.iso_noise import IsoNoise
from fakeprint.transforms.jpeg import Jpeg
from fakeprint.transforms.noise import Noise
from fakeprint.transforms.replay import replay
from fakeprint.transforms.resize import Resize
from fakeprint.transforms.tone import Tone
from fakeprint.transforms.webp import Webp

EXAMPLES = {
    "jpeg": Jpeg(quality=70, subsampling=444),
    "webp": Webp(quality=70),
    "resize": Resize(factor=0.6, kernel="area"),
    "fit": Fit(side=40),
    "crop": Crop(left=3, top=5, width=20, height=30),
    "blur": Blur(sigma=0.8),
    "noise": Noise(sigma=3.0, seed=2**60),
    "tone": Tone(gain=0.9, contrast=1.1, red=3.0),
    "brightness": Brightness(brightness=0.1, contrast=-0.2),
    "hsv": Hsv(hue=-7.0, saturation=20.0, value=-10.0),
    "iso-noise": IsoNoise(colour=0.03, intensity=0.4, seed=2**60),
    "downscale": Downscale(factor=0.7, kernel="point"),
    "d3-op": D3Op(op="shuffle", value=0.35, seed=2**60),
}


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (61, 83, 3), np.uint8)


def test_every_listed_transform_has_an_example():
    assert set(EXAMPLES) == set(TRANSFORMS.names())


@pytest.mark.parametrize("name", EXAMPLES)
def test_replay_is_byte_identical(name, pixels):
    before = pixels.copy()
    first = EXAMPLES[name].apply(pixels)
    step = Step.model_validate_json(EXAMPLES[name].step().model_dump_json())
    assert step.name == name
    again = replay(pixels, [step])
    assert again.dtype == np.uint8
    assert first.tobytes() == again.tobytes()
    assert first.shape == again.shape
    np.testing.assert_array_equal(pixels, before)
    assert not np.shares_memory(first, pixels)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"crop"}))
def test_one_pixel_survives(name):
    assert EXAMPLES[name].apply(np.full((1, 1, 3), 7, np.uint8)).shape == (1, 1, 3)


def test_a_chain_of_steps_equals_the_transforms_in_order(pixels):
    chain = [EXAMPLES["resize"], EXAMPLES["noise"], EXAMPLES["jpeg"]]
    wanted = pixels
    for one in chain:
        wanted = one.apply(wanted)
    np.testing.assert_array_equal(replay(pixels, [one.step() for one in chain]), wanted)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Jpeg, {"quality": 0}),
        (Jpeg, {"quality": 101}),
        (Jpeg, {"quality": 80, "subsampling": 411}),
        (Webp, {"quality": 0}),
        (Resize, {"factor": 0.0}),
        (Resize, {"factor": 0.5, "kernel": "best"}),
        (Fit, {"side": 0}),
        (Crop, {"left": -1, "top": 0, "width": 1, "height": 1}),
        (Crop, {"left": 0, "top": 0, "width": 0, "height": 1}),
        (Blur, {"sigma": 0.0}),
        (Noise, {"sigma": -1.0}),
        (Noise, {"sigma": 1.0, "seed": -1}),
        (Tone, {"gain": 0.0}),
        (Tone, {"red": 200.0}),
    ],
)
def test_senseless_parameters_are_refused(kind, values):
    with pytest.raises(UsageError):
        kind(**values)


def test_a_crop_outside_the_picture_is_refused(pixels):
    with pytest.raises(UsageError, match="leaves a picture"):
        Crop(left=80, top=0, width=10, height=10).apply(pixels)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Step(name="jpeg", version="2", parameters={"quality": 80, "subsampling": 420}), "version"),
        (Step(name="jpeg", parameters={"quality": 80}), "subsampling"),
        (Step(name="jpeg", parameters={"quality": 80, "subsampling": 420, "speed": 1}), "speed"),
    ],
)
def test_steps_that_do_not_fit_are_refused(step, message, pixels):
    with pytest.raises(UsageError, match=message):
        replay(pixels, [step])


def test_an_unknown_step_suggests_the_nearest(pixels):
    with pytest.raises(UnknownNameError, match="did you mean 'jpeg'"):
        replay(pixels, [Step(name="jpg")])


def test_blur_equals_scipy(pixels):
    ndimage = pytest.importorskip("scipy.ndimage")
    wanted = ndimage.gaussian_filter(pixels.astype(np.float64), (1.3, 1.3, 0), mode="nearest", truncate=np.ceil(4 * 1.3) / 1.3)
    assert np.abs(Blur(sigma=1.3).apply(pixels).astype(int) - np.rint(wanted).astype(int)).max() <= 1


def test_noise_has_the_deviation_it_says():
    grey = np.full((200, 200, 3), 128, np.uint8)
    assert np.std(Noise(sigma=5.0, seed=1).apply(grey)) == pytest.approx(5.0, rel=0.02)
