"""What happens to media on the way: each transform is applied by a deterministic part that records itself as a Step."""

from fakeprint.core.registry import Registry
from fakeprint.transforms.transform import Transform

TRANSFORMS: Registry[type[Transform]] = Registry(
    "transforms",
    {
        "jpeg": "fakeprint.transforms.jpeg:Jpeg",
        "webp": "fakeprint.transforms.webp:Webp",
        "resize": "fakeprint.transforms.resize:Resize",
        "fit": "fakeprint.transforms.fit:Fit",
        "crop": "fakeprint.transforms.crop:Crop",
        "blur": "fakeprint.transforms.blur:Blur",
        "noise": "fakeprint.transforms.noise:Noise",
        "tone": "fakeprint.transforms.tone:Tone",
        "brightness": "fakeprint.transforms.brightness:Brightness",
        "hsv": "fakeprint.transforms.hsv:Hsv",
        "iso-noise": "fakeprint.transforms.iso_noise:IsoNoise",
        "downscale": "fakeprint.transforms.downscale:Downscale",
        "d3-op": "fakeprint.transforms.d3_op:D3Op",
    },
)
