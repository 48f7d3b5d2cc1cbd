"""Write small files that carry what AI tools write about themselves: one fixture per tool, container and encoding.

    python examples/generated_media.py FOLDER

The pictures are synthetic gradients; only the metadata is modelled on the tools (specs: provenance 5, 5.2, 4, 6).
"""

import gzip
import json
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import metadata_writers as write
from fakeprint.core.evidence import OriginStatement

PROMPT = "a lighthouse at dusk, oil painting"
ACCENTED = "un phare à l'île d'Yeu, 灯台"
NEGATIVE = "blurry, people"
UUID = "01234567-89ab-4cde-8f01-23456789abcd"
SETTINGS = (
    "Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, Seed: 1234567890, Size: 512x768, Model hash: 6ce0161689, Model: "
)
A1111 = (
    f'{PROMPT} <lora:paint:0.8>\nNegative prompt: {NEGATIVE}\n{SETTINGS}v1-5, Lora hashes: "paint: aabbccdd", Hashes: {{"model": "6ce0"}}, '
)
A1111_TEXT = A1111 + "Version: v1.9.4"
COMMON: dict[str, object] = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "seed": 1234567890, "steps": 20, "cfg": 7.0}
A1111_FIELDS = COMMON | {"prompt": f"{PROMPT} <lora:paint:0.8>", "width": 512, "height": 768, "model": "v1-5", "model_hash": "6ce0161689"}

GRAPH = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 18446744073709551615, "steps": 20, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 1.0,
            "model": ["10", 0], "positive": ["11", 0], "negative": ["7", 0], "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 1024, "height": 832, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ["12", 0], "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": NEGATIVE, "clip": ["4", 1]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x", "images": ["8", 0]}},
    "10": {"class_type": "LoraLoader", "inputs": {"lora_name": "paint.safetensors", "strength_model": 0.8, "model": ["4", 0]}},
    "11": {"class_type": "ControlNetApply", "inputs": {"conditioning": ["6", 0], "strength": 1.0, "image": ["99", 0]}},
    "12": {"class_type": "PrimitiveString", "inputs": {"value": PROMPT}},
}  # fmt: skip
COMFY_FIELDS = COMMON | {"seed": 18446744073709551615, "model": "sd_xl_base_1.0.safetensors", "width": 1024, "height": 832}
FLUX_GRAPH = {
    "1": {"class_type": "UNETLoader", "inputs": {"unet_name": "flux1-dev.safetensors", "weight_dtype": "default"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": PROMPT, "clip": ["9", 0]}},
    "3": {"class_type": "FluxGuidance", "inputs": {"conditioning": ["2", 0], "guidance": 3.5}},
    "4": {"class_type": "BasicGuider", "inputs": {"model": ["1", 0], "conditioning": ["3", 0]}},
    "5": {"class_type": "RandomNoise", "inputs": {"noise_seed": 42}},
    "6": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "euler"}},
    "7": {"class_type": "BasicScheduler", "inputs": {"scheduler": "simple", "steps": 28, "denoise": float("nan"), "model": ["1", 0]}},
    "8": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {"noise": ["5", 0], "guider": ["4", 0], "sampler": ["6", 0], "sigmas": ["7", 0], "latent_image": ["10", 0]},
    },
    "9": {"class_type": "DualCLIPLoader", "inputs": {"clip_name1": "t5xxl.safetensors"}},
    "10": {"class_type": "EmptySD3LatentImage", "inputs": {"width": 1024, "height": 1024, "batch_size": 1}},
}
COMFY = json.dumps(GRAPH)
WORKFLOW = json.dumps({"nodes": [], "links": [], "version": 0.4})
INVOKE = json.dumps(
    {
        "app_version": "5.0.0", "generation_mode": "sdxl_txt2img", "positive_prompt": PROMPT, "negative_prompt": NEGATIVE,
        "seed": 1234567890, "steps": 20, "cfg_scale": 7.0, "scheduler": "euler", "width": 512, "height": 768,
        "model": {"name": "juggernaut", "hash": "blake3:ab"}, "loras": [{"model": {"name": "paint"}, "weight": 0.8}],
    }
)  # fmt: skip
SD_METADATA = json.dumps(
    {
        "model": "stable diffusion", "model_weights": "stable-diffusion-1.5", "model_hash": "cc61", "app_version": "2.3.0",
        "image": {
            "prompt": [{"prompt": f"{PROMPT} [{NEGATIVE}]", "weight": 1.0}], "steps": 20, "cfg_scale": 7.0, "seed": 1234567890,
            "width": 512, "height": 768, "sampler": "k_lms", "type": "txt2img",
        },
    }
)  # fmt: skip
DREAM = f'"{PROMPT} [{NEGATIVE}]" -s 20 -S 1234567890 -W 512 -H 768 -C 7.0 -A k_lms'
FOOOCUS = json.dumps(
    {
        "base_model": "juggernautXL", "base_model_hash": "d91d", "guidance_scale": 7.0, "loras": [["paint", 0.8, "aabb"]],
        "metadata_scheme": "fooocus", "negative_prompt": NEGATIVE, "prompt": PROMPT, "resolution": "(512, 768)", "sampler": "dpmpp_2m",
        "scheduler": "karras", "seed": "1234567890", "sharpness": 2, "steps": 20, "version": "Fooocus v2.5.5",
    }
)  # fmt: skip
SWARM = json.dumps(
    {
        "sui_image_params": {
            "prompt": PROMPT, "negativeprompt": NEGATIVE, "model": "OfficialStableDiffusion/sd_xl", "seed": 1234567890, "steps": 20,
            "cfgscale": 7.0, "width": 512, "height": 768, "loras": ["paint"], "loraweights": ["0.8"], "swarm_version": "0.9.4",
        },
        "sui_extra_data": {"date": "2026-01-01"},
        "sui_models": [{"name": "sd_xl", "param": "model", "hash": "0xab"}],
    }
)  # fmt: skip
NOVEL_SETTINGS: dict[str, object] = {
    "prompt": PROMPT, "steps": 20, "height": 768, "width": 512, "scale": 7.0, "seed": 1234567890, "uc": NEGATIVE,
    "sampler": "k_euler", "noise_schedule": "karras",
}  # fmt: skip
NOVEL = json.dumps(NOVEL_SETTINGS)
NOVEL_SOURCE = "NovelAI Diffusion V4.5 4BDE2A90"
NOVEL_TEXTS = {"Title": "AI generated image", "Description": PROMPT, "Software": "NovelAI", "Source": NOVEL_SOURCE, "Comment": NOVEL}
NOVEL_FIELDS = COMMON | {"model": "NovelAI Diffusion V4.5", "model_hash": "4BDE2A90"}
FIELDS_512 = COMMON | {"width": 512, "height": 768}
MIDJOURNEY = f"{ACCENTED} --ar 4:3 --v 6.1 --seed 99 Job ID: {UUID}"
DRAW = json.dumps({"c": PROMPT, "uc": NEGATIVE, "steps": 20, "sampler": "Euler A", "scale": 7.0, "seed": 1234567890, "model": "x.ckpt"})
AIGC_FIELDS = {"Label": "1", "ContentProducer": "001191110108MA01KP2T5U00000", "ProduceID": "42", "ReservedCode1": ""}
AIGC = json.dumps(AIGC_FIELDS)
AIGC_WRAPPED = json.dumps({"AIGC": AIGC_FIELDS})

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
IPTC_NS = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
EXT_NS = 'xmlns:iptcExt="http://iptc.org/std/iptcExt/2008-02-29/"'
AIGC_NS = 'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
PHOTOSHOP_NS = 'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'

GENERATED, EDITED, POSSIBLE = OriginStatement.AI_GENERATED, OriginStatement.AI_EDITED, OriginStatement.AI_POSSIBLE


@dataclass(frozen=True)
class Fixture:
    """One written file and what must be found in it.

    ``tool`` is None where the declaration names none; ``level`` follows the strength ladder; ``fields`` are those of Generation.
    """

    name: str
    path: Path
    examiner: str
    tool: str | None
    statement: OriginStatement
    level: int | None
    fields: Mapping[str, object]


@dataclass(frozen=True)
class _Plan:
    name: str
    content: bytes | Callable[[Path], None]
    tool: str | None
    fields: Mapping[str, object] = field(default_factory=dict)
    level: int | None = 4
    statement: OriginStatement = GENERATED
    examiner: str = "generator-metadata"


def _texts(values: dict[str, str]) -> bytes:
    return write.png([write.text(key, value) for key, value in values.items()])


def _film(tags: dict[str, str], codec: str = "mpeg4") -> Callable[[Path], None]:
    return lambda path: write.film(path, tags, codec)


def _a1111() -> list[_Plan]:
    text, exif, comment, tool, fields = A1111_TEXT, write.exif, write.user_comment, "AUTOMATIC1111", A1111_FIELDS
    utf8 = text.replace(PROMPT, ACCENTED)
    accented = fields | {"prompt": f"{ACCENTED} <lora:paint:0.8>"}
    return [
        _Plan("a1111-text.png", write.png([write.text("parameters", text)]), tool, fields),
        _Plan("a1111-packed.png", write.png([write.packed_text("parameters", text)]), tool, fields),
        _Plan("a1111-international.png", write.png([write.international_text("parameters", utf8)]), tool, accented),
        _Plan("a1111-international-packed.png", write.png([write.international_text("parameters", utf8, compressed=True)]), tool, accented),
        _Plan("a1111-after-picture.png", write.png([write.text("parameters", text)], after_picture=True), tool, fields),
        _Plan("a1111-utf8-in-text.png", write.png([write.text("parameters", utf8, "utf-8")]), tool, accented),
        _Plan("a1111-utf16be.jpg", write.jpeg(exif=exif({}, comment(utf8), big_endian=True)), tool, accented),
        _Plan("a1111-utf16be-in-little-endian.jpg", write.jpeg(exif=exif({}, comment(utf8))), tool, accented),
        _Plan("a1111-utf16le.jpg", write.jpeg(exif=exif({}, comment(text, "utf-16-le"))), tool, fields),
        _Plan("a1111-ascii.jpg", write.jpeg(exif=exif({}, comment(text, "ascii"))), tool, fields),
        _Plan("a1111-bare.jpg", write.jpeg(exif=exif({}, comment(utf8, "bare"))), tool, accented),
        _Plan("a1111.webp", write.webp(exif=exif({}, comment(utf8))), tool, accented),
        _Plan("a1111.avif", write.avif(exif=exif({}, comment(utf8, "utf-16-be"))), tool, accented),
        _Plan("forge.png", _texts({"parameters": A1111 + "Version: f2.0.1v1.10.1"}), "Forge", fields),
        _Plan("sdnext.png", _texts({"parameters": A1111 + "App: SD.Next, Version: abc1234"}), "SD.Next", fields),
    ]


def _comfyui() -> list[_Plan]:
    tags = {0x0110: b"prompt:" + COMFY.encode(), 0x010F: b"workflow:" + WORKFLOW.encode()}
    tool, fields, both = "ComfyUI", COMFY_FIELDS, {"prompt": COMFY, "workflow": WORKFLOW}
    comf = [write.chunk(b"comf", b"prompt\0" + COMFY.encode()), write.chunk(b"comf", b"workflow\0" + WORKFLOW.encode())]
    flux = {"prompt": PROMPT, "negative_prompt": None, "seed": 42, "steps": 28, "cfg": 3.5, "model": "flux1-dev.safetensors", "width": 1024}
    upscale = json.dumps({"1": {"class_type": "ImageUpscaleWithModel", "inputs": {"image": ["2", 0]}}})
    return [
        _Plan("comfyui.png", _texts(both), tool, fields),
        _Plan("comfyui-comf-after-picture.png", write.png(comf, after_picture=True), tool, fields),
        _Plan("comfyui-flux-nan.png", _texts({"prompt": json.dumps(FLUX_GRAPH)}), tool, flux),
        _Plan("comfyui-upscale-only.png", _texts({"prompt": upscale}), tool, statement=POSSIBLE),
        _Plan("comfyui.webp", write.webp(exif=write.exif(tags)), tool, fields),
        _Plan("comfyui.jpg", write.jpeg(exif=write.exif(tags, big_endian=True)), tool, fields),
        _Plan("comfyui-comment.jpg", write.jpeg(exif=write.exif({}, write.user_comment(f'{{"prompt": {COMFY}}}', "ascii"))), tool, fields),
        _Plan("comfyui.mp4", _film(both), tool, fields),
        _Plan("comfyui.mkv", _film(both), tool, fields),
        _Plan("comfyui.webm", _film(both, "libvpx"), tool, fields),
    ]


def _other_interfaces() -> list[_Plan]:
    comment, exif = write.user_comment, write.exif
    fooocus, bare = "Fooocus", {**comment(FOOOCUS, "bare"), 0x0131: b"Fooocus v2.5.5", 0x927C: b"fooocus"}
    scheme = {"parameters": A1111 + "Version: Fooocus v2.5.5", "fooocus_scheme": "a1111"}
    return [
        _Plan("invokeai.png", _texts({"invokeai_metadata": INVOKE, "invokeai_graph": '{"nodes": {}}'}), "InvokeAI", FIELDS_512),
        _Plan("invokeai-older.png", _texts({"sd-metadata": SD_METADATA}), "InvokeAI", FIELDS_512),
        _Plan("invokeai-oldest.png", _texts({"Dream": DREAM}), "InvokeAI", FIELDS_512),
        _Plan("invokeai-graph.png", _texts({"invokeai_graph": '{"nodes": {}}'}), "InvokeAI"),
        _Plan("fooocus.png", _texts({"parameters": FOOOCUS, "fooocus_scheme": "fooocus"}), fooocus, FIELDS_512),
        _Plan("fooocus-a1111.png", _texts(scheme), fooocus, A1111_FIELDS),
        _Plan("fooocus.jpg", write.jpeg(exif=exif(bare)), fooocus, FIELDS_512),
        _Plan("fooocus.webp", write.webp(exif=exif(bare)), fooocus, FIELDS_512),
        _Plan("swarmui.png", _texts({"parameters": SWARM}), "SwarmUI", FIELDS_512),
        _Plan("swarmui.jpg", write.jpeg(exif=exif({}, comment(SWARM))), "SwarmUI", FIELDS_512),
    ]


def _services() -> list[_Plan]:
    novel_tags = {0x0131: NOVEL_SOURCE.encode(), 0x010E: PROMPT.encode(), 0x010D: b"AI generated image"}
    nested = json.dumps({"Description": PROMPT, "Software": "NovelAI", "Source": NOVEL_SOURCE, "Comment": NOVEL})
    unsigned = NOVEL_TEXTS | {"Comment": json.dumps(NOVEL_SETTINGS | {"signed_hash": b64encode(bytes(64)).decode()})}
    guid = f'{EXT_NS} iptcExt:DigImageGUID="{UUID}" iptcExt:DigitalSourceType="{SOURCE}trainedAlgorithmicMedia"'
    flux = {0x0131: b"AI generated;txt2img;flux", 0x010F: b"Black Forest Labs", 0x0110: b"flux-dev", 0x010E: PROMPT.encode()}
    grok = {0x010E: b"Signature: " + b64encode(bytes(range(64))), 0x013B: UUID.encode()}
    flux_fields: dict[str, object] = {"prompt": PROMPT, "model": "flux-dev"}
    journey: dict[str, object] = {"prompt": ACCENTED, "seed": 99, "model": "6.1", "job_id": UUID}
    return [
        _Plan("novelai.png", _texts(NOVEL_TEXTS), "NovelAI", NOVEL_FIELDS),
        _Plan("novelai-signature-differs.png", _texts(unsigned), "NovelAI", NOVEL_FIELDS),
        _Plan("novelai.webp", write.webp(exif=write.exif(novel_tags, write.user_comment(NOVEL, "ascii"))), "NovelAI", NOVEL_FIELDS),
        _Plan("novelai-nested.webp", write.webp(exif=write.exif({}, write.user_comment(nested, "ascii"))), "NovelAI", NOVEL_FIELDS),
        _Plan("midjourney.png", write.png([write.text("Description", MIDJOURNEY, "utf-8")]), "Midjourney", journey),
        _Plan("midjourney.jpg", write.jpeg(xmp=write.xmp(guid)), "Midjourney", {"job_id": UUID}),
        _Plan("grok.jpg", write.jpeg(exif=write.exif(grok)), "Grok", {"job_id": UUID}),
        _Plan("flux.jpg", write.jpeg(exif=write.exif(flux)), "FLUX", flux_fields),
        _Plan("flux.webp", write.webp(exif=write.exif(flux)), "FLUX", flux_fields),
    ]


def _hints() -> list[_Plan]:
    reve = 'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="reve.com"'
    draw = f"<exif:UserComment>{DRAW}</exif:UserComment>"
    samsung = b"\0\0\xa1\x0aPhotoEditor_Re_Edit_Data" + b'{"originalPath": "x", "genAIType": 1}' + b"SEFT"
    return [
        _Plan("ideogram.jpg", write.jpeg(exif=write.exif({0x010F: b"Ideogram AI"})), "Ideogram", {}, 6),
        _Plan("reve.webp", write.webp(xmp=write.xmp(reve)), "Reve", {}, 6),
        _Plan("luma.png", _texts({"Source": "Luma AI"}), "Luma", {}, 6),
        _Plan("draw-things.jpg", write.jpeg(xmp=write.xmp('xmlns:exif="http://ns.adobe.com/exif/1.0/"', draw)), "Draw Things", COMMON, 6),
        _Plan("hf-job.png", _texts({"hf-job-id": "job-7"}), "Hugging Face Jobs", {"job_id": "job-7"}, 6, OriginStatement.INFORMATIONAL),
        _Plan("samsung.jpg", write.jpeg(trailing=samsung), "Samsung photo editor", {}, 6, EDITED),
        _Plan("named.jpg", write.jpeg(exif=write.exif({0x0131: b"made in Midjourney"})), "Midjourney", {}, 6, POSSIBLE),
    ]


def _hidden() -> list[_Plan]:
    clear, solid = write.picture(alpha=True, width=256, height=192), write.picture(width=256, height=192)
    novel = json.dumps(NOVEL_TEXTS)
    packed = gzip.compress(novel.encode(), mtime=0)
    name, comp, info = "stealth-png", gzip.compress(A1111_TEXT.encode(), mtime=0), A1111_TEXT.encode()
    files = [
        ("hidden-alpha-packed.png", write.png([], pixels=write.hide(clear, b"stealth_pngcomp", packed)), "NovelAI", NOVEL_FIELDS),
        ("hidden-alpha.png", write.png([], pixels=write.hide(clear, b"stealth_pnginfo", info)), "AUTOMATIC1111", A1111_FIELDS),
        ("hidden-rgb-packed.png", write.png([], pixels=write.hide(solid, b"stealth_rgbcomp", comp)), "AUTOMATIC1111", A1111_FIELDS),
        ("hidden-rgb.webp", write.webp(pixels=write.hide(solid, b"stealth_rgbinfo", novel.encode())), "NovelAI", NOVEL_FIELDS),
    ]
    return [_Plan(file, content, tool, fields, examiner=name) for file, content, tool, fields in files]


def _iptc() -> list[_Plan]:
    def attribute(value: str) -> bytes:
        return write.xmp(f'{IPTC_NS} Iptc4xmpExt:DigitalSourceType="{SOURCE}{value}"')

    element = f"<Iptc4xmpExt:DigitalSourceType>{SOURCE}trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"
    system = f'{IPTC_NS} Iptc4xmpExt:AISystemUsed="Imager" Iptc4xmpExt:AIPromptInformation="{PROMPT}"'
    credit = write.xmp(f'{PHOTOSHOP_NS} photoshop:Credit="Edited with Google AI"')
    packet = write.international_text("XML:com.adobe.xmp", write.xmp(IPTC_NS, element).decode())
    named: dict[str, object] = {"prompt": PROMPT, "tool": "Imager"}
    files: list[tuple[str, bytes, str | None, Mapping[str, object], int | None, OriginStatement]] = [
        ("source-type.jpg", write.jpeg(xmp=attribute("trainedAlgorithmicMedia")), None, {}, 4, GENERATED),
        ("source-type-partly.webp", write.webp(xmp=attribute("compositeWithTrainedAlgorithmicMedia")), None, {}, 4, EDITED),
        ("source-type.avif", write.avif(xmp=attribute("trainedAlgorithmicMedia")), None, {}, 4, GENERATED),
        ("source-type-element.png", write.png([packet]), None, {}, 4, GENERATED),
        ("source-type-procedural.jpg", write.jpeg(xmp=attribute("algorithmicMedia")), None, {}, None, OriginStatement.PROCEDURAL),
        ("ai-system.jpg", write.jpeg(xmp=write.xmp(system)), "Imager", named, 4, POSSIBLE),
        ("google-credit.jpg", write.jpeg(xmp=credit), None, {}, 4, EDITED),
        ("google-credit-iim.jpg", write.jpeg(iptc=write.data_set(2, 110, "Made with Google AI")), None, {}, 4, GENERATED),
    ]
    return [_Plan(file, content, tool, fields, level, statement, "iptc") for file, content, tool, fields, level, statement in files]


def _aigc() -> list[_Plan]:
    escaped = AIGC.replace('"', "&quot;")
    direct = " ".join(f'TC260:{key}="{value}"' for key, value in AIGC_FIELDS.items())
    files: dict[str, bytes | Callable[[Path], None]] = {
        "aigc-element.jpg": write.jpeg(xmp=write.xmp(AIGC_NS, f"<TC260:AIGC>{escaped}</TC260:AIGC>")),
        "aigc-attribute.webp": write.webp(xmp=write.xmp(f'{AIGC_NS} TC260:AIGC="{escaped}"')),
        "aigc-direct.jpg": write.jpeg(xmp=write.xmp(f"{AIGC_NS} {direct}")),
        "aigc.png": _texts({"AIGC": AIGC_WRAPPED}),
        "aigc-comment.jpg": write.jpeg(exif=write.exif({}, write.user_comment(AIGC_WRAPPED, "ascii"))),
        "aigc-description.jpg": write.jpeg(exif=write.exif({0x010E: AIGC_WRAPPED.encode()})),
        "aigc-glued.jpg": write.jpeg(glued=b"AIGC" + AIGC.encode()),
        "aigc.mp4": _film({"AIGC": AIGC}),
        "aigc.mov": _film({"AIGC": AIGC}),
        "aigc.mkv": _film({"AIGC": AIGC}),
        "aigc.avi": lambda path: write.avi(path, {"AIGC": AIGC}),
        "aigc.flv": _film({"AIGC": AIGC}, "flv"),
    }
    return [_Plan(name, content, None, {"job_id": "42"}, examiner="aigc-label") for name, content in files.items()]


def write_all(folder: Path) -> list[Fixture]:
    """Write every file into the folder and say what must be found in each."""
    folder.mkdir(parents=True, exist_ok=True)
    fixtures = []
    for plan in (*_a1111(), *_comfyui(), *_other_interfaces(), *_services(), *_hints(), *_hidden(), *_iptc(), *_aigc()):
        path = folder / plan.name
        if isinstance(plan.content, bytes):
            path.write_bytes(plan.content)
        else:
            plan.content(path)
        fixtures.append(Fixture(plan.name, path, plan.examiner, plan.tool, plan.statement, plan.level, plan.fields))
    return fixtures


def write_hidden_traps(folder: Path) -> dict[str, Path]:
    """Write pictures whose hidden payload must be refused: by reason code, the path of the file."""
    clear = write.picture(alpha=True, width=1024, height=1024)
    small = write.picture(alpha=True, width=64, height=64)
    bomb = gzip.compress(np.zeros(64 << 20, np.uint8).tobytes(), mtime=0)
    pixels = {
        "over_limit": write.hide(clear, b"stealth_pngcomp", bomb),
        "bad_length": write.hide(small, b"stealth_pnginfo", b"x", bits=0xFFFFFFF8),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = {reason: folder / f"hidden-{reason}.png" for reason in pixels}
    for reason, path in paths.items():
        path.write_bytes(write.png([], pixels=pixels[reason]))
    return paths


if __name__ == "__main__":
    for written in write_all(Path(sys.argv[1] if len(sys.argv) > 1 else "generated")):
        print(written.path)
